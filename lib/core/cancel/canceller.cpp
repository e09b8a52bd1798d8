#include "core/cancel/canceller.hpp"

#include <algorithm>
#include <utility>

namespace mactiond::core {

Canceller::Canceller(const std::string& region, SharedPolicies policies, CancelLedger& ledger)
    : chooser_(region, std::move(policies), ledger), follower_(region, ledger) {}

void Canceller::look_soon_if_room(const CancelTime& time) {
  if (follower_.take_room_changed()) chooser_.look_soon(time);
}

void Canceller::seen(const MachineAction& action, WallTime first_seen,
                     std::optional<MachineMarks> machine) {
  ActionFacts facts = facts_of(action);
  facts.first_seen = first_seen;
  facts.machine = std::move(machine);
  follower_.recorded(action.id, recorded_by(facts));
  chooser_.watch().put(action.id, std::move(facts));
}

void Canceller::ended(const MachineAction& action, const CancelTime& time, StepWriter& out) {
  // While it is watched, its events know its machine.
  follower_.ended(action, time, out);
  chooser_.watch().drop(action.id);
  look_soon_if_room(time);
}

void Canceller::vanished(const ActionId& action, const CancelTime& time, StepWriter& out) {
  follower_.vanished(action, time, out);
  chooser_.watch().drop(action);
  look_soon_if_room(time);
}

void Canceller::sent(const Job& job, const CancelTime& time, StepWriter& out) {
  follower_.sent(job, time, out);
  look_soon_if_room(time);
}

void Canceller::reread(const MachineAction& action, bool current, const CancelTime& time,
                       StepWriter& out) {
  follower_.reread(action, current, chooser_.watch(), time, out);
  look_soon_if_room(time);
}

void Canceller::reread_failed(const ActionId& action, const Outcome& outcome,
                              const CancelTime& time, StepWriter& out) {
  follower_.reread_failed(action, outcome, time, out);
  look_soon_if_room(time);
}

void Canceller::posted(const ActionId& action, const Outcome& outcome, bool again,
                       const CancelTime& time, StepWriter& out) {
  follower_.posted(action, outcome, again, time, out);
  look_soon_if_room(time);
}

std::optional<MonoTime> Canceller::wake_at(const CancelTime& time) const {
  const auto decides = chooser_.wake_at(time);
  const auto calls = follower_.wake_at();
  if (!decides || !calls) return decides ? decides : calls;
  return std::min(*decides, *calls);
}

}  // namespace mactiond::core
