#pragma once

#include "core/region/held_pages.hpp"
#include "core/region/machine_lane.hpp"
#include "core/region/question_lane.hpp"

namespace mactiond::core {

/// What a region asks the API for beside actions, and what waits for it.
struct Asking {
  QuestionLane questions;
  MachineLane machines;
  HeldPages held;
  MonoTime look_at{};  ///< when the machines of all open actions are looked at again
};

}  // namespace mactiond::core
