#include <utility>

#include "core/engine_state.hpp"
#include "core/submit/submission_id.hpp"

namespace mactiond::core {

void Engine::State::ask_submission(AskSubmission asked, Now now, StepWriter& out) {
  Slot<Region>* slot = find_named(regions, asked.order.region);
  if (slot == nullptr) return out.reply(NotFound{});
  const std::uint64_t high = random.next();
  const std::uint64_t low = random.next();
  Region& region = slot->part;
  out.reply(region.submissions().ask(std::move(asked.order), make_submission_id(high, low),
                                     region.submit_time(now), out));
}

void Engine::State::end_unfollowed(bool recovered, Now now, StepWriter& out) {
  const SubmitTime time{now, {}, {}, options.boot_id, {}};
  for (const Submission& row : std::exchange(unfollowed, {})) {
    SubmitLane lane(row.order.region, options.boot_id, submits);
    lane.restore(row, now.mono);
    if (recovered) lane.recovered(time, out);
    lane.retire(time, out);
  }
}

}  // namespace mactiond::core
