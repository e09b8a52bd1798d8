#include "ops/systemd.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

namespace mactiond::ops {
namespace {

/// The service manager's end of the socket.
class Systemd : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "mactiond-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    const std::string path = directory_ + "/notify";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    ASSERT_LT(path.size(), sizeof address.sun_path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  void TearDown() override {
    unsetenv("NOTIFY_SOCKET");
    close(socket_);
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  [[nodiscard]] std::string received() const {
    std::array<char, 4096> buffer{};
    const ssize_t size = recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return size < 0 ? "nothing" : std::string(buffer.data(), static_cast<std::size_t>(size));
  }

 private:
  std::string directory_;
  int socket_ = -1;
};

TEST_F(Systemd, HearsEveryMessage) {
  notify_ready("following 2 regions");
  EXPECT_EQ(received(), "READY=1\nSTATUS=following 2 regions");
  notify_watchdog();
  EXPECT_EQ(received(), "WATCHDOG=1");
  notify_status("all well");
  EXPECT_EQ(received(), "STATUS=all well");
  notify_stopping("draining");
  EXPECT_EQ(received(), "STOPPING=1\nSTATUS=draining");
}

TEST_F(Systemd, ReadsNoAssignmentOutOfAStatus) {
  notify_status("a\nREADY=1");
  EXPECT_EQ(received(), "STATUS=a READY=1");
}

TEST_F(Systemd, IsHeardOnAnAbstractSocketToo) {
  const std::string name = "@mactiond-test-" + std::to_string(getpid());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.c_str() + 1, name.size() - 1);
  const int abstract = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  ASSERT_EQ(bind(abstract, reinterpret_cast<const sockaddr*>(&address), size), 0);
  setenv("NOTIFY_SOCKET", name.c_str(), 1);
  notify_watchdog();
  std::array<char, 64> buffer{};
  EXPECT_EQ(recv(abstract, buffer.data(), buffer.size(), MSG_DONTWAIT), 10);
  close(abstract);
}

TEST_F(Systemd, IsNotMissedElsewhere) {
  unsetenv("NOTIFY_SOCKET");
  notify_ready("x");
  EXPECT_EQ(received(), "nothing");
}

TEST(StatusLine, CountsWhatAnOperatorAsksFor) {
  core::EngineStatus status;
  status.regions.resize(1);
  EXPECT_EQ(status_line(status), "following 1 region, 0 open actions");
  status.regions.resize(2);
  status.regions[0].open_actions = 1;
  EXPECT_EQ(status_line(status), "following 2 regions, 1 open action");
  status.regions[1].state = core::RegionState::Degraded;
  status.regions[1].open_actions = 12;
  status.webhooks.resize(2);
  status.webhooks[0].queued = 3;
  status.webhooks[1].queued = 1;
  EXPECT_EQ(status_line(status), "following 2 regions (1 degraded), 13 open actions, 4 queued");
}

}  // namespace
}  // namespace mactiond::ops
