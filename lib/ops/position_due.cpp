#include "ops/position_due.hpp"

#include <chrono>

namespace mactiond::ops {
namespace {

using namespace std::chrono_literals;

/// Half of what the log's promise allows, so that a busy loop and a slow disk keep to it too.
constexpr Duration kWait = 100ms;

}  // namespace

void PositionDue::moved(MonoTime now) {
  if (!due_) due_ = now + kWait;
}

}  // namespace mactiond::ops
