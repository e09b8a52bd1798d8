#include "ops/systemd.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "base/printable.hpp"

namespace mactiond::ops {
namespace {

// sd_notify(3). A failure is nothing to act on: outside systemd nobody listens. By hand, because
// libsystemd brings four libraries into the process for it.
void notify(const std::string& state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::strlen(path);
  if (length < 2 || length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = '\0';
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  static_cast<void>(sendto(fd, state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                           reinterpret_cast<const sockaddr*>(&address), size));
  close(fd);
}

std::string counted(std::int64_t count, const std::string& thing) {
  return std::to_string(count) + ' ' + thing + (count == 1 ? "" : "s");
}

}  // namespace

void notify_ready(const std::string& status) { notify("READY=1\nSTATUS=" + printable(status)); }

void notify_starting() { notify("EXTEND_TIMEOUT_USEC=60000000"); }

void notify_reloading() { notify("RELOADING=1"); }

void notify_stopping(const std::string& status) {
  notify("STOPPING=1\nSTATUS=" + printable(status));
}

void notify_status(const std::string& status) { notify("STATUS=" + printable(status)); }

void notify_watchdog() { notify("WATCHDOG=1"); }

std::string status_line(const core::EngineStatus& status) {
  std::int64_t degraded = 0;
  std::int64_t open = 0;
  std::int64_t queued = 0;
  for (const auto& region : status.regions) {
    if (region.state == core::RegionState::Degraded) ++degraded;
    open += region.open_actions;
  }
  for (const auto& webhook : status.webhooks) queued += webhook.queued;
  std::string line =
      "following " + counted(static_cast<std::int64_t>(status.regions.size()), "region");
  if (degraded > 0) line += " (" + std::to_string(degraded) + " degraded)";
  line += ", " + counted(open, "open action");
  if (queued > 0) line += ", " + std::to_string(queued) + " queued";
  return line;
}

}  // namespace mactiond::ops
