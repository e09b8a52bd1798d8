#pragma once

#include <string>

#include "base/time.hpp"

namespace mactiond {

/// The machine's clocks: CLOCK_REALTIME and CLOCK_BOOTTIME (so a suspended machine wakes up with
/// expired deadlines, not with frozen ones).
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Now now() const override;
};

/// Names the current boot (kernel random/boot_id); MonoTime values are comparable only within one.
/// Without dashes. Where /proc/sys is hidden, the value of $MACTIOND_BOOT_ID; empty without both.
[[nodiscard]] std::string read_boot_id();

}  // namespace mactiond
