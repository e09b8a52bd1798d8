#include "core/region/paging.hpp"

#include <algorithm>
#include <chrono>

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kKnownFor = 24h;
/// A further call after every shorter page would double the cost of a poll.
constexpr int kCheckedFrom = 100;

}  // namespace

int Paging::page_size(int configured, MonoTime now) const {
  return now < limit_.until ? std::min(configured, limit_.rows) : configured;
}

bool Paging::top_refused(int top, MonoTime now) {
  // Another call was refused first.
  if (now < limit_.until && limit_.rows < top) return true;
  if (top <= kSmallestTop) {
    // The query may be refused for something else: another one begins again.
    if (now >= too_narrow_until_) limit_ = {};
    return false;
  }
  limit_ = {std::max(kSmallestTop, top / 2), now + kKnownFor};
  notices_.emplace_back("page_size_lowered", "the service refused $top=" + std::to_string(top) +
                                                 "; the next call asks for " +
                                                 std::to_string(limit_.rows));
  return true;
}

void Paging::smallest_refused(MonoTime now) {
  suspected_.reset();
  too_narrow_until_ = now + kKnownFor;
  limit_ = {kSmallestTop, too_narrow_until_};
}

void Paging::suspect_top(int top, MonoTime now) {
  suspected_.reset();
  too_narrow_until_ = MonoTime::min();
  limit_ = {};
  if (top <= kSmallestTop) return;
  suspected_ = top;
  limit_ = {kSmallestTop, now + kKnownFor};
}

void Paging::saw(int rows, MonoTime now) {
  if (const auto top = std::exchange(suspected_, std::nullopt)) {
    notices_.emplace_back("page_size_lowered",
                          "the service refused $top=" + std::to_string(*top) +
                              " without a reason; it takes $top=" + std::to_string(kSmallestTop));
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
  note(repeats_, "pages_repeated",
       "the service repeats pages: rows that were to be skipped came again");
}

void Paging::followed_link(bool brought_rows, MonoTime now) {
  empty_links_.until = brought_rows ? std::nullopt : std::optional(now + kKnownFor);
}

void Paging::lost_order(MonoTime now) {
  unordered_.until = now + kKnownFor;
  note(unordered_, "order_ignored",
       "the service does not sort by last update; lists are read without relying on the order");
}

void Paging::note(Habit& habit, const char* event, const char* reason) {
  if (std::exchange(habit.noted, true)) return;
  notices_.emplace_back(event, reason);
}

std::vector<std::pair<std::string, std::string>> Paging::take_notices() {
  return std::exchange(notices_, {});
}

}  // namespace mactiond::core
