#pragma once

#include <optional>

#include "base/time.hpp"

namespace mactiond::ops {

/// When the place that the transition log has reached must be committed.
///
/// A log that is moved away while the daemon is down cannot be asked how far it got: lines written
/// after the committed place are then written again, into the next file. Any commit takes the
/// place along. A commit of its own is only made where no other comes soon enough.
class PositionDue {
 public:
  /// The place changed: lines were written, in whole or in part.
  void moved(MonoTime now);
  /// The place was committed as it is.
  void committed() { due_.reset(); }
  /// When it must be committed at the latest; nothing if the committed place is the present one.
  [[nodiscard]] std::optional<MonoTime> due() const { return due_; }

 private:
  std::optional<MonoTime> due_;
};

}  // namespace mactiond::ops
