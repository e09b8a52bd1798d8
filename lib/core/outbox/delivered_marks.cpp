#include "core/outbox/delivered_marks.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// Several times what a commit takes on a disk that has to turn, and too short to be noticed.
constexpr Duration kWait = 20ms;
constexpr std::size_t kMost = 1024;

bool only_delivered(const Batch& writes) {
  return !writes.ends.empty() && writes.holds_only_ends() &&
         std::none_of(writes.ends.begin(), writes.ends.end(),
                      [](const DeliveryEndRow& end) { return end.dead; });
}

}  // namespace

void DeliveredMarks::absorb(Batch& writes, MonoTime now) {
  if (!only_delivered(writes)) return;
  if (!due_) due_ = now + kWait;
  ends_.insert(ends_.end(), std::make_move_iterator(writes.ends.begin()),
               std::make_move_iterator(writes.ends.end()));
  writes.ends.clear();
  if (ends_.size() >= kMost) due_ = now;
}

void DeliveredMarks::drain_into(Batch& writes) {
  writes.ends.insert(writes.ends.begin(), std::make_move_iterator(ends_.begin()),
                     std::make_move_iterator(ends_.end()));
  ends_.clear();
  due_.reset();
}

}  // namespace mactiond::core
