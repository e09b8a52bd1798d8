#include "core/region/machine_lane.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>
#include <vector>

#include "action/api_method.hpp"
#include "action/machine.hpp"
#include "core/quota/token_bucket.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kAskTimeout = 10s;
constexpr std::size_t kMachinesAtOnce = 4;

Outcome too_many_tags() {
  return {Verdict::GiveUp, Reason::TooLarge, 200, {}, "a machine has more than 16 KiB of tags"};
}

}  // namespace

void MachineLane::configure(bool on) {
  on_ = on;
  reported_ = {};
  if (!on) book_ = {};
}

void MachineLane::restore(const MachineRow& row, Now now) {
  // By a clock that was set back meanwhile they would count for too long.
  if (on_ && row.read <= now.wall) {
    book_.restore(row.machine, row.facts, now.mono - std::min(now.wall - row.read, kFactsFor));
  }
}

void MachineLane::want(const std::string& machine, bool soon, MonoTime now) {
  if (on_ && is_machine_id(machine)) book_.want(machine, soon, now);
}

std::optional<MachineMarks> MachineLane::marks(const std::string& machine, MonoTime now) const {
  const MachineFacts* facts = book_.find(machine, now);
  return facts != nullptr ? std::optional(facts->marks) : std::nullopt;
}

bool MachineLane::is_settled(const std::string& machine, MonoTime until, const RegionCalls& calls,
                             MonoTime now) const {
  const MonoTime call_at = calls.limiter().next_at(calls.turns().lane_of_machine(true), now);
  return book_.is_settled(machine, until, call_at, now);
}

bool MachineLane::is_due(MonoTime now) const {
  return in_progress_ < kMachinesAtOnce && book_.is_due(now);
}

void MachineLane::send_first(const Sending& how, RegionCalls& calls, Now now, StepWriter& out) {
  wait_.reset();
  const bool turn = calls.turns().is_turn_of_machine(book_.is_next_awaited());
  if (turn && is_due(now.mono)) (void)send_one(how, calls, now, out);
}

void MachineLane::send(const Sending& how, RegionCalls& calls, Now now, StepWriter& out) {
  while (!wait_ && is_due(now.mono) && calls.turns().has_room_for_machines()) {
    if (!send_one(how, calls, now, out)) return;
  }
}

bool MachineLane::send_one(const Sending& how, RegionCalls& calls, Now now, StepWriter& out) {
  wait_ = calls.take(calls.turns().lane_of_machine(book_.is_next_awaited()), now, out);
  if (wait_) return false;
  calls.turns().asked_machine();
  ++in_progress_;
  RegionCall call;
  call.kind = RegionCall::Kind::Machine;
  call.sent = now.mono;
  call.machine = book_.next();
  MachineById question{call.machine};
  const CommandId id = calls.begin(std::move(call), out);
  out.commands().push_back(AskApi{id, how.region, std::move(question), how.token,
                                  now.mono + kAskTimeout, now.mono + kSendWithin});
  return true;
}

std::optional<MachineMarks> MachineLane::answered(const std::string& region, const RegionCall& call,
                                                  const QuestionAnswered& answer, bool again,
                                                  Now now, StepWriter& out) {
  --in_progress_;
  if (!on_) return std::nullopt;
  const auto* machine = std::get_if<Machine>(&answer.answer);
  MachineFacts facts = machine != nullptr ? facts_of(*machine) : MachineFacts{};
  Outcome outcome = answer.outcome;
  // A tag that is missing here may be the one that keeps the machine from a cancel.
  if (machine != nullptr && facts.marks.tags != machine->tags) outcome = too_many_tags();
  if (!outcome.ok() || machine == nullptr) {
    book_.failed(call.machine, outcome, again, now.mono);
    if (!again) report(region, outcome, now.mono, out);
    return std::nullopt;
  }
  reported_.succeeded(now.mono);
  out.batch().machines.push_back({region, call.machine, facts, now.wall});
  MachineMarks marks = facts.marks;
  book_.found(call.machine, std::move(facts), now.mono);
  return marks;
}

void MachineLane::report(const std::string& region, const Outcome& outcome, MonoTime now,
                         StepWriter& out) {
  if (outcome.reason == Reason::Stopped || !reported_.add(outcome.reason, now)) return;
  std::vector<std::pair<std::string, std::string>> fields{
      {"region", region},
      {"reason", describe(outcome)},
      {"effect", "events may lack what is known of their machines"}};
  if (outcome.reason == Reason::Permission) {
    fields.emplace_back("permission", permission_for(ApiMethod::GetMachine));
  }
  out.log(LogEntry::Level::Warning, "machine_facts_missing", std::move(fields));
}

std::optional<MonoTime> MachineLane::wake_at(const CallTurns& turns) const {
  const auto due = book_.due_at();
  if (!due || in_progress_ >= kMachinesAtOnce) return std::nullopt;
  const MonoTime at = std::max(*due, wait_.value_or(*due));
  return turns.machine_possible_at(at, book_.is_next_awaited());
}

}  // namespace mactiond::core
