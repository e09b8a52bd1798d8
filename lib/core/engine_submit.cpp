#include <string>
#include <utility>
#include <variant>

#include "core/engine_state.hpp"
#include "core/submit/submission_id.hpp"
#include "core/submit/submit_desk.hpp"

namespace mactiond::core {

void Engine::State::ask_submission(AskSubmission asked, Now now, StepWriter& out) {
  Slot<Region>* slot = find_named(regions, asked.order.region);
  if (slot == nullptr) return out.reply(NotFound{});
  const std::uint64_t high = random.next() ^ asked.chance[0];
  const std::uint64_t low = random.next() ^ asked.chance[1];
  Region& region = slot->part;
  const std::string machine = asked.order.machine;
  Reply reply = region.submissions().ask(std::move(asked.order), make_submission_id(high, low),
                                         region.submit_time(now), out);
  // Its action will be open soon, and its facts are known by then.
  if (std::holds_alternative<SubmissionAccepted>(reply)) {
    region.machines().want(machine, false, now.mono);
  }
  out.reply(std::move(reply));
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
