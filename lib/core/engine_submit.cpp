#include <utility>

#include "core/engine_state.hpp"
#include "core/submit/submission_id.hpp"
#include "core/submit/submit_desk.hpp"

namespace mactiond::core {

void Engine::State::ask_submission(AskSubmission asked, Now now, StepWriter& out) {
  Slot<Region>* slot = find_named(regions, asked.order.region);
  if (slot == nullptr) return out.reply(NotFound{});
  const std::uint64_t high = random.next() ^ asked.chance[0];
  const std::uint64_t low = random.next() ^ asked.chance[1];
  slot->part.machines().want(asked.order.machine, true, now.mono);
  Region& region = slot->part;
  out.reply(region.submissions().ask(std::move(asked.order), make_submission_id(high, low),
                                     region.submit_time(now), out));
}

std::optional<Reply> Engine::foresee(const SubmissionOrder& order, Now now) const {
  if (auto known = known_by_key(order, state_->submits)) return known;
  const Slot<Region>* slot = find_named(state_->regions, order.region);
  if (slot == nullptr) return NotFound{};
  return core::foresee(order, state_->submits, slot->part.submit_time(now));
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
