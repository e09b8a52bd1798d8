#include "ops/systemd.hpp"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>

namespace mactiond::ops {
namespace {

// The protocol is one assignment a line.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// A failure is nothing to act on: outside systemd nobody listens.
void notify(const std::string& state) { static_cast<void>(sd_notify(0, state.c_str())); }

std::string counted(std::int64_t count, const std::string& thing) {
  return std::to_string(count) + ' ' + thing + (count == 1 ? "" : "s");
}

}  // namespace

void notify_ready(const std::string& status) { notify("READY=1\nSTATUS=" + one_line(status)); }

void notify_reloading() { notify("RELOADING=1"); }

void notify_stopping(const std::string& status) {
  notify("STOPPING=1\nSTATUS=" + one_line(status));
}

void notify_status(const std::string& status) { notify("STATUS=" + one_line(status)); }

void notify_watchdog() { notify("WATCHDOG=1"); }

std::string status_line(const core::EngineStatus& status) {
  std::int64_t degraded = 0;
  std::int64_t open = 0;
  std::int64_t queued = 0;
  for (const auto& region : status.regions) {
    if (!region.reason.empty()) ++degraded;
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
