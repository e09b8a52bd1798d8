#pragma once

#include <optional>
#include <utility>

#include "base/outcome.hpp"
#include "base/time.hpp"

namespace mactiond::core {

/// What the sweeps of a region came to: whether everything was seen, and why no sweep gets through.
class SweepRecord {
 public:
  void began(MonoTime now) { began_ = now; }
  /// The sweep in progress, or the last one.
  [[nodiscard]] MonoTime began() const { return began_; }
  void page_arrived() { failures_ = 0; }
  void completed();
  /// A sweep failed although polls do not. True if enough failed in a row to be trouble.
  [[nodiscard]] bool failed();

  void set_trouble(Outcome trouble) { trouble_ = std::move(trouble); }
  /// Why no sweep gets through, until one does.
  [[nodiscard]] const std::optional<Outcome>& trouble() const { return trouble_; }
  /// Whether a sweep was complete since the start. One that went by a clock which was contradicted
  /// since may have looked at nothing.
  [[nodiscard]] bool swept(std::optional<MonoTime> clock_jumped) const;

 private:
  MonoTime began_{};
  std::optional<MonoTime> complete_from_;  ///< when the last complete one began
  int failures_ = 0;
  std::optional<Outcome> trouble_;
};

}  // namespace mactiond::core
