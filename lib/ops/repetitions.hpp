#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/step.hpp"

namespace mactiond::ops {

/// Keeps trouble that repeats from filling the log: it is told when it begins, then counted, and
/// the count is told at the end of each period that had any.
class Repetitions {
 public:
  static constexpr Duration kPeriod = std::chrono::minutes(10);
  static constexpr std::size_t kMax = 1000;

  /// Whether this is to be told now. Trouble is a warning with a reason, and the same when its
  /// event and its fields region, webhook, policy and reason are; anything else is told. Beyond
  /// kMax troubles everything is.
  [[nodiscard]] bool admit(const core::Note& note, MonoTime now);

  /// What was only counted in the periods that ended: each the latest of its kind, with a further
  /// field `repeated`.
  [[nodiscard]] std::vector<core::Note> due(MonoTime now);
  /// The same for all that is counted, at the end.
  [[nodiscard]] std::vector<core::Note> rest();

 private:
  struct Trouble {
    MonoTime since;
    std::size_t repeated = 0;
    core::Note latest;
  };

  [[nodiscard]] static bool is_trouble(const core::Note& note);
  [[nodiscard]] static std::string key_of(const core::Note& note);
  [[nodiscard]] static core::Note summary(Trouble& trouble);

  std::map<std::string, Trouble> troubles_;
};

}  // namespace mactiond::ops
