#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace mactiond::ctl {

/// Server-sent events, put together from the bytes of their stream. Keeps at most one event that is
/// not complete yet.
class EventStream {
 public:
  /// Gives the data of each event that is complete to take. False as soon as take wants no more, or
  /// if an event is larger than the limit.
  [[nodiscard]] bool push(std::string_view bytes,
                          const std::function<bool(std::string_view)>& take);
  /// Of the last complete event that had one; else empty.
  [[nodiscard]] const std::string& last_id() const { return last_id_; }

 private:
  [[nodiscard]] bool take_line(std::string_view line,
                               const std::function<bool(std::string_view)>& take);

  std::string rest_;  ///< of a line that is not complete
  std::string id_;    ///< of the event that is not complete
  std::string data_;
  std::string last_id_;
};

}  // namespace mactiond::ctl
