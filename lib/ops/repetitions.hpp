#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/log_entry.hpp"

namespace mactiond::ops {

/// Keeps repeated trouble from filling the log. Trouble is logged when it begins, then counted. The
/// count is logged at the end of each period that had any.
class Repetitions {
 public:
  static constexpr Duration kPeriod = std::chrono::minutes(10);
  static constexpr std::size_t kMax = 1000;

  /// Whether the entry is to be logged now. Trouble is a warning with a reason. Two are the same
  /// trouble if event and fields region, webhook, policy and reason are the same. Anything else is
  /// logged, and everything beyond kMax troubles.
  [[nodiscard]] bool admit(const core::LogEntry& entry, MonoTime now);

  /// What was only counted in the periods that ended: the latest entry of each kind, with one more
  /// field, `repeated`.
  [[nodiscard]] std::vector<core::LogEntry> due(MonoTime now);
  /// The same for all that is counted, at the end.
  [[nodiscard]] std::vector<core::LogEntry> rest();

 private:
  struct Trouble {
    MonoTime since;
    std::size_t repeated = 0;
    core::LogEntry latest;
  };

  [[nodiscard]] static bool is_trouble(const core::LogEntry& entry);
  [[nodiscard]] static std::string key_of(const core::LogEntry& entry);
  [[nodiscard]] static core::LogEntry summary(Trouble& trouble);

  std::map<std::string, Trouble> troubles_;
};

}  // namespace mactiond::ops
