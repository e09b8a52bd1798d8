#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "core/quota/token_bucket.hpp"

namespace mactiond::core {

/// The calls of the last hour, counted by the second: a call counts as made at the time of the last
/// one in its second, so never as earlier than it was.
class CallLog {
 public:
  /// What lies further back is in no window.
  static constexpr Duration kRemembered = std::chrono::hours(1) + kSendWithin;

  void add(MonoTime now);

  /// Calls in the trailing window of this length, at most an hour.
  [[nodiscard]] int count(Duration window, MonoTime now) const;
  /// When the call was made that `count - 1` calls followed; nothing if there were fewer.
  [[nodiscard]] std::optional<MonoTime> time_of_last(std::size_t count) const;
  [[nodiscard]] bool empty() const { return slices_.empty(); }
  /// When the last call was made.
  [[nodiscard]] MonoTime last() const { return slices_.back().last; }

  struct Slice {
    MonoTime last{};  ///< its latest call
    int count = 0;
  };
  [[nodiscard]] const std::deque<Slice>& slices() const { return slices_; }

  /// What restore() reads: the last minute by the second, the hour before it by half minutes.
  /// Written and read again any number of times it says the same.
  struct Stored {
    MonoTime end{};  ///< the full second at or after the last call
    int total = 0;
    std::string text;
  };
  [[nodiscard]] Stored stored() const;
  /// end: what Stored::end is on this clock. False, and nothing changed, if the text is not of
  /// this form.
  [[nodiscard]] bool restore(std::string_view text, MonoTime end);

 private:
  std::deque<Slice> slices_;  ///< by time
  std::size_t total_ = 0;
};

}  // namespace mactiond::core
