#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "core/region/page_limit.hpp"

namespace mactiond::core {

/// Something that operators should know of a service.
struct Notice {
  std::string event;
  std::string reason;
};

/// What is known of how a service pages its lists. Each fact holds for a day.
///
/// A page shorter than asked for is no proof of a list's end: some services cap their pages and
/// do not say so. What was longer proves that a page was not cut; so do further pages.
class Paging {
 public:
  /// The `$top` to ask for.
  [[nodiscard]] int page_size(int configured, MonoTime now) const {
    return limit_.top(configured, now);
  }
  /// The service refused this `$top`. True if a smaller one is worth a call.
  [[nodiscard]] bool top_refused(int top, MonoTime now);
  /// See PageLimit.
  void suspect_top(int top, MonoTime now) { limit_.suspect(top, now); }
  void smallest_refused(MonoTime now) { limit_.smallest_refused(now); }

  /// A page with this many rows arrived.
  void saw(int rows, MonoTime now);
  /// A further page had more rows although this one was shorter than asked for.
  void was_cut(int rows, MonoTime now);
  /// Whether rows may be missing behind a page that is shorter than asked for. thorough: whatever
  /// its size; else a small one is taken as the end where no cap is known.
  [[nodiscard]] bool may_be_cut(int rows, bool thorough, MonoTime now) const;

  /// The same page came again although its rows were to be skipped.
  void repeated(MonoTime now);
  void skipped() { repeats_.until.reset(); }
  [[nodiscard]] bool repeats(MonoTime now) const { return holds(repeats_, now); }

  /// What a page with a nextLink was followed by: something new, or nothing.
  void followed_link(bool brought_rows, MonoTime now);
  [[nodiscard]] bool links_are_empty(MonoTime now) const { return holds(empty_links_, now); }

  /// Rows came in another order than that asked for.
  void lost_order(MonoTime now);
  [[nodiscard]] bool loses_order(MonoTime now) const { return holds(unordered_, now); }

  /// Each once.
  [[nodiscard]] std::vector<Notice> take_notices();

 private:
  struct Habit {
    std::optional<MonoTime> until;
    bool reported = false;
  };
  struct Size {
    int rows = 0;
    MonoTime until = MonoTime::min();
  };

  [[nodiscard]] static bool holds(const Habit& habit, MonoTime now) {
    return habit.until && now < *habit.until;
  }
  void report(Habit& habit, const char* event, const char* reason);

  PageLimit limit_;
  Size longest_;  ///< page
  Size cap_;      ///< pages of this many rows were cut; 0: none
  Habit repeats_;
  Habit empty_links_;
  Habit unordered_;
  std::vector<Notice> notices_;
};

}  // namespace mactiond::core
