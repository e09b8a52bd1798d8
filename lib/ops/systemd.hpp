#pragma once

#include <string>

namespace mactiond::ops {

/// sd_notify messages; each does nothing outside systemd.
void notify_ready(const std::string& status);
void notify_stopping(const std::string& status);
void notify_status(const std::string& status);
void notify_watchdog();

}  // namespace mactiond::ops
