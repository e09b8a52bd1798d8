#include "net/kept_connections.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace mactiond::net {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kStart{Duration(1000s)};

struct FakeConnection {
  FakeConnection(int number, int& open) : number_(number), open_(&open) { ++*open_; }
  FakeConnection(const FakeConnection&) = delete;
  FakeConnection& operator=(const FakeConnection&) = delete;
  ~FakeConnection() { --*open_; }
  [[nodiscard]] bool is_quiet() const { return quiet; }

  int number_;
  int* open_;
  bool quiet = true;
};

class KeptConnections : public testing::Test {
 protected:
  Opened<FakeConnection> open(int number, MonoTime at) {
    return {std::make_unique<FakeConnection>(number, open_), at};
  }
  /// The number of the connection that is taken; it is closed then.
  int take(const std::string& key, MonoTime now) {
    const auto held = kept_.take(key, now);
    return held.connection ? held.connection->number_ : 0;
  }
  int open_ = 0;
  net::KeptConnections<FakeConnection> kept_{2};
};

TEST_F(KeptConnections, GivesTheOneThatWasUsedLast) {
  kept_.keep("a", open(1, kStart), kStart);
  kept_.keep("a", open(2, kStart), kStart + 1s);
  kept_.keep("b", open(3, kStart), kStart + 1s);
  EXPECT_EQ(take("a", kStart + 2s), 2);
  EXPECT_EQ(take("a", kStart + 2s), 1);
  EXPECT_EQ(take("a", kStart + 2s), 0);
  EXPECT_EQ(take("b", kStart + 2s), 3);
}

TEST_F(KeptConnections, ClosesWhatWasIdleForAMinute) {
  kept_.keep("a", open(1, kStart), kStart);
  EXPECT_EQ(take("a", kStart + 59s), 1);
  kept_.keep("a", open(2, kStart), kStart);
  EXPECT_EQ(take("a", kStart + 60s), 0);
  EXPECT_EQ(open_, 0);
}

TEST_F(KeptConnections, ClosesWhatIsFiveMinutesOldHoweverBusyItWas) {
  Opened<FakeConnection> held = open(1, kStart);
  for (MonoTime now = kStart; now < kStart + 300s; now += 30s) {
    kept_.keep("a", std::move(held), now);
    held = kept_.take("a", now + 29s);
    ASSERT_TRUE(held.connection);
    EXPECT_EQ(held.at, kStart);
  }
  kept_.keep("a", std::move(held), kStart + 299s);
  EXPECT_EQ(take("a", kStart + 300s), 0);
  EXPECT_EQ(open_, 0);
}

TEST_F(KeptConnections, KeepsNothingThatBecameTooOldInUse) {
  kept_.keep("a", open(1, kStart), kStart + 301s);
  EXPECT_EQ(open_, 0);
}

TEST_F(KeptConnections, ClosesOldConnectionsToOthersToo) {
  kept_.keep("a", open(1, kStart), kStart);
  EXPECT_EQ(take("b", kStart + 61s), 0);
  EXPECT_EQ(open_, 0);
}

TEST_F(KeptConnections, PassesOverOneThatIsNotQuiet) {
  kept_.keep("a", open(1, kStart), kStart);
  auto noisy = open(2, kStart);
  noisy.connection->quiet = false;
  kept_.keep("a", std::move(noisy), kStart);
  EXPECT_EQ(take("a", kStart + 1s), 1);
  EXPECT_EQ(open_, 0);
}

TEST_F(KeptConnections, KeepsNoMoreThanItMay) {
  for (int i = 1; i <= 3; ++i) kept_.keep("a", open(i, kStart), kStart);
  EXPECT_EQ(open_, 2);
  EXPECT_EQ(take("a", kStart), 2);
}

}  // namespace
}  // namespace mactiond::net
