#include "core/region/paging.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kKnownFor = 24h;
/// A further call after every shorter page would double the cost of a poll.
constexpr int kCheckedFrom = 100;

}  // namespace

bool Paging::top_refused(int top, MonoTime now) {
  const PageLimit::Next next = limit_.refused(top, now);
  if (next == PageLimit::Next::Smaller) {
    notices_.push_back({"page_size_lowered", "the service refused $top=" + std::to_string(top) +
                                                 "; the next call asks for " +
                                                 std::to_string(limit_.top(top, now))});
  }
  return next != PageLimit::Next::Nothing;
}

void Paging::saw(int rows, MonoTime now) {
  if (const auto top = limit_.confirmed(now)) {
    notices_.push_back({"page_size_lowered", "the service refused $top=" + std::to_string(*top) +
                                                 " without a reason; it takes $top=" +
                                                 std::to_string(PageLimit::kSmallest)});
  }
  if (now >= longest_.until || rows >= longest_.rows) longest_ = {rows, now + kKnownFor};
  if (rows > cap_.rows) cap_ = {};
}

void Paging::was_cut(int rows, MonoTime now) { cap_ = {rows, now + kKnownFor}; }

bool Paging::may_be_cut(int rows, bool thorough, MonoTime now) const {
  if (rows == 0) return false;
  if (now < longest_.until && rows < longest_.rows) return false;
  if (cap_.rows > 0 && now < cap_.until && rows >= cap_.rows) return true;
  return thorough || rows >= kCheckedFrom;
}

void Paging::repeated(MonoTime now) {
  repeats_.until = now + kKnownFor;
  report(repeats_, "pages_repeated",
         "the service repeats pages: rows that were to be skipped came again");
}

void Paging::followed_link(bool brought_rows, MonoTime now) {
  empty_links_.until = brought_rows ? std::nullopt : std::optional(now + kKnownFor);
}

void Paging::lost_order(MonoTime now) {
  unordered_.until = now + kKnownFor;
  report(unordered_, "order_ignored",
         "the service does not sort by last update; lists are read without relying on the order");
}

void Paging::report(Habit& habit, const char* event, const char* reason) {
  if (std::exchange(habit.reported, true)) return;
  notices_.push_back({event, reason});
}

std::vector<Notice> Paging::take_notices() { return std::exchange(notices_, {}); }

}  // namespace mactiond::core
