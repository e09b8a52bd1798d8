#pragma once

#include <string>

#include "core/status.hpp"

namespace mactiond::ops {

/// sd_notify messages; each does nothing outside systemd.
void notify_ready(const std::string& status);
/// The start takes longer: it is given at least one more minute from now.
void notify_starting();
/// A ready follows, also when the reload failed.
void notify_reloading();
void notify_stopping(const std::string& status);
void notify_status(const std::string& status);
void notify_watchdog();

/// One line for `systemctl status`: "following 2 regions (1 degraded), 13 open actions, 4 queued".
[[nodiscard]] std::string status_line(const core::EngineStatus& status);

}  // namespace mactiond::ops
