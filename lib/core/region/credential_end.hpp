#pragma once

#include <optional>

#include "base/outcome.hpp"
#include "base/time.hpp"
#include "core/rows.hpp"

namespace mactiond::core {

/// When the credential of a region ends, and which of the thresholds before that was reported:
/// 30, 14, 7, 3 and 1 days, and the end itself. Another end begins with the first one again.
class CredentialEnd {
 public:
  void restore(const std::optional<CredentialMark>& mark) { mark_ = mark; }
  /// By the configuration, or by the credential in use.
  void set(std::optional<WallTime> end) { end_ = end; }

  /// When the next threshold is reached that was not reported; nothing if there is none.
  [[nodiscard]] std::optional<WallTime> next_at() const;
  /// Counts the last one that is reached as reported, whatever was missed before it. Not before
  /// next_at().
  CredentialMark report(WallTime now);

  [[nodiscard]] std::optional<WallTime> end() const { return end_; }
  /// Set if it has ended.
  [[nodiscard]] std::optional<Outcome> trouble(WallTime now) const;
  [[nodiscard]] const std::optional<CredentialMark>& mark() const { return mark_; }

 private:
  std::optional<WallTime> end_;
  std::optional<CredentialMark> mark_;
};

}  // namespace mactiond::core
