#include "core/region/page_limit.hpp"

#include <algorithm>
#include <chrono>

namespace mactiond::core {
namespace {

constexpr Duration kKnownFor = std::chrono::hours(24);

}  // namespace

int PageLimit::top(int configured, MonoTime now) const {
  return holds(now) ? std::min(configured, rows_) : configured;
}

PageLimit::Next PageLimit::refused(int top, MonoTime now) {
  if (holds(now) && rows_ < top) return Next::SmallerAlready;
  if (top > kSmallest) {
    *this = {};
    state_ = State::Lowered;
    rows_ = std::max(kSmallest, top / 2);
    until_ = now + kKnownFor;
    return Next::Smaller;
  }
  // The query may be refused for something else: another one begins with the configured size.
  if (state_ != State::SmallestRefused || !holds(now)) *this = {};
  return Next::Nothing;
}

void PageLimit::suspect(int top, MonoTime now) {
  *this = {};
  if (top <= kSmallest) return;
  state_ = State::Suspected;
  rows_ = kSmallest;
  suspected_ = top;
  until_ = now + kKnownFor;
}

void PageLimit::smallest_refused(MonoTime now) {
  *this = {};
  state_ = State::SmallestRefused;
  rows_ = kSmallest;
  until_ = now + kKnownFor;
}

std::optional<int> PageLimit::confirmed(MonoTime now) {
  if (state_ != State::Suspected || !holds(now)) return std::nullopt;
  state_ = State::Lowered;
  return suspected_;
}

}  // namespace mactiond::core
