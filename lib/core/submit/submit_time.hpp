#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"
#include "core/submission.hpp"

namespace mactiond::core {

/// What one region knows about time when a submission is judged.
struct SubmitTime {
  Now now;
  std::optional<WallTime> server;  ///< the API's clock
  Duration uncertainty{};          ///< of it
  std::string boot_id;
  MonoTime token_from{};  ///< when the token in use was fetched

  /// What is recorded as the time: ours where the API's is unknown. Where the two disagree, the
  /// later one: what is kept by it, a key above all, must not be deleted too early.
  [[nodiscard]] WallTime moment() const;
  [[nodiscard]] SubmitStamp stamp() const;
};

/// The API's clock was not behind this at the stamp, as far as is known.
[[nodiscard]] inline WallTime earliest(const SubmitStamp& stamp) {
  return stamp.server.value_or(stamp.wall);
}

/// How much time has passed since a stamp.
struct SinceStamp {
  Duration least{};  ///< this much is certain
  /// Certainly no more; nothing until the API's time is known. Max where it never will be.
  std::optional<Duration> most;

  /// Whether more than this has passed, or may have.
  [[nodiscard]] bool exceeds(Duration limit) const {
    return least > limit || (most && *most > limit);
  }
};

/// Within one boot both are exact, whatever a wall clock shows. Of another boot only the API's
/// clock can say how much at most.
[[nodiscard]] SinceStamp since(const SubmitStamp& stamp, const SubmitTime& time);

/// How much is certain to have passed from the stamp until the moment, which is of this boot.
[[nodiscard]] Duration least_until(const SubmitStamp& stamp, const std::string& boot_id,
                                   Now moment);

}  // namespace mactiond::core
