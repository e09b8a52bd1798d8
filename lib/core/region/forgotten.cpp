#include "core/region/forgotten.hpp"

namespace mactiond::core {

bool is_forgotten(const MachineAction& action, WallTime known_from, const Tracker& tracker,
                  const SubmitLane& submissions) {
  if (!action.created || *action.created >= known_from) return false;
  return tracker.find(action.id) == nullptr && !submissions.is_missed(action);
}

}  // namespace mactiond::core
