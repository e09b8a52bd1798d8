#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace mactiond::core {

/// The largest `$top` that a service is asked for, as its refusals show. Forgotten after a day.
class PageLimit {
 public:
  static constexpr int kSmallest = 100;

  /// The `$top` to ask for.
  [[nodiscard]] int top(int configured, MonoTime now) const;

  enum class Next : std::uint8_t {
    Smaller,         ///< half of it is asked for from now on
    SmallerAlready,  ///< another call was refused first
    Nothing,         ///< there is no smaller one to ask for
  };
  /// The service refused this `$top` and said so.
  [[nodiscard]] Next refused(int top, MonoTime now);
  /// Every query with this `$top` was refused, and no refusal said that `$top` is the reason. It
  /// may be: the next calls ask for the smallest, and for the configured one if that is refused.
  void suspect(int top, MonoTime now);
  /// Every query was refused, and the smallest `$top` was too large for the service: nothing larger
  /// is asked for until the fact is forgotten.
  void smallest_refused(MonoTime now);
  /// A page arrived. The `$top` that was suspected, if that page shows that it was the reason.
  [[nodiscard]] std::optional<int> confirmed(MonoTime now);

 private:
  enum class State : std::uint8_t { None, Lowered, Suspected, SmallestRefused };

  [[nodiscard]] bool holds(MonoTime now) const { return state_ != State::None && now < until_; }

  State state_ = State::None;
  int rows_ = 0;
  int suspected_ = 0;
  MonoTime until_{};
};

}  // namespace mactiond::core
