#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "base/time.hpp"
#include "core/status.hpp"
#include "ops/systemd.hpp"

namespace mactiond::runtime {

/// Keeps the status line of the service manager up to date: looked at every ten seconds, sent where
/// it changed.
class StatusReport {
 public:
  [[nodiscard]] bool is_due(MonoTime now) const { return now - reported_ >= kEvery; }
  void report(const core::EngineStatus& status, MonoTime now) {
    reported_ = now;
    std::string line = ops::status_line(status);
    if (line == line_) return;
    ops::notify_status(line);
    line_ = std::move(line);
  }

 private:
  static constexpr Duration kEvery = std::chrono::seconds(10);

  MonoTime reported_{};
  std::string line_;
};

}  // namespace mactiond::runtime
