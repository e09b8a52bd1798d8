#include "core/region/sweep_record.hpp"

namespace mactiond::core {
namespace {

constexpr int kFailuresUntilTrouble = 3;

}  // namespace

void SweepRecord::completed() {
  complete_from_ = began_;
  trouble_.reset();
}

bool SweepRecord::failed() { return ++failures_ >= kFailuresUntilTrouble; }

bool SweepRecord::swept(std::optional<MonoTime> clock_jumped) const {
  return complete_from_ && (!clock_jumped || *complete_from_ >= *clock_jumped);
}

}  // namespace mactiond::core
