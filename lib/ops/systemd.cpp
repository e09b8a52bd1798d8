#include "ops/systemd.hpp"

#include <systemd/sd-daemon.h>

#include <algorithm>

namespace mactiond::ops {
namespace {

// The protocol is one assignment a line.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// A failure is nothing to act on: outside systemd nobody listens.
void notify(const std::string& state) { static_cast<void>(sd_notify(0, state.c_str())); }

}  // namespace

void notify_ready(const std::string& status) { notify("READY=1\nSTATUS=" + one_line(status)); }

void notify_stopping(const std::string& status) {
  notify("STOPPING=1\nSTATUS=" + one_line(status));
}

void notify_status(const std::string& status) { notify("STATUS=" + one_line(status)); }

void notify_watchdog() { notify("WATCHDOG=1"); }

}  // namespace mactiond::ops
