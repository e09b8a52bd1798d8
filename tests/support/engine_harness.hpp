#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/engine.hpp"
#include "support/builders.hpp"
#include "support/delivery_queue.hpp"

namespace mactiond::test {

/// An engine whose commands are answered by hand, above a queue of deliveries in memory.
///
/// Checks on every step what always holds: event numbers without a gap, every command known once,
/// and a next wake-up that lies ahead.
class EngineHarness {
 public:
  EngineHarness() {
    options.instance = "soc1";
    options.boot_id = "boot-1";
    options.regions.emplace_back().name = "eu";
  }

  core::Engine& engine() {
    if (engine_) return *engine_;
    if (!new_regions) know_all_regions();
    engine_ = std::make_unique<core::Engine>(options, snapshot, 42, now);
    return *engine_;
  }

  /// The store has a row of every region: none of them has a backlog.
  void know_all_regions() {
    for (const core::RegionOptions& region : options.regions) {
      const auto of_region = [&](const core::RegionRow& row) { return row.region == region.name; };
      auto& rows = snapshot.regions;
      const bool known = std::any_of(rows.begin(), rows.end(), of_region);
      if (!known) rows.emplace_back().region = region.name;
    }
  }

  void step(core::Event event) { take_step(engine().on(std::move(event), now)); }

  /// Commits a step and keeps its commands, as a driver does.
  void take_step(core::Step step) {
    ++steps;
    for (const core::EventRecord& record : step.writes.events) {
      EXPECT_EQ(record.seq, ++last_seq);
      events.push_back(record);
    }
    queue.write(step.writes);
    for (const core::DeliveryRow& row : step.writes.deliveries) addressed.push_back(row);
    for (const core::ActionRow& row : step.writes.actions) stored_rows.push_back(row);
    for (const core::RegionRow& row : step.writes.regions) regions[row.region] = row;
    for (const core::QuotaRow& row : step.writes.quotas) quotas[row.region + row.window] = row;
    for (core::Command& command : step.commands) {
      const auto id = std::visit([](const auto& c) { return c.id.value; }, command);
      EXPECT_TRUE(ids_.insert(id).second) << "command " << id << " started twice";
      if (const auto* load = std::get_if<core::LoadDeliveries>(&command)) {
        loads_.push_back(*load);
      } else if (const auto* oldest = std::get_if<core::LoadOldest>(&command)) {
        oldest_.push_back(*oldest);
      } else {
        pending.emplace(id, std::move(command));
      }
    }
    for (const core::Decision& row : step.writes.decisions) decisions[row.id] = row;
    for (const core::MachineRow& row : step.writes.machines) machines[row.machine] = row;
    for (const core::Submission& row : step.writes.submissions) {
      if (!submissions.contains(row.id)) asked.push_back(row.id);
      submissions[row.id] = row;
    }
    for (const auto& fact : step.submissions) submission_facts.push_back(fact);
    for (const core::StaleRow& row : step.writes.reported_stale) {
      snapshot.reported_stale.push_back(row);
    }
    for (const core::SuppressedRow& row : step.writes.suppressed) {
      snapshot.suppressed.push_back(row);
    }
    if (step.writes.switches) snapshot.switches = *step.writes.switches;
    if (step.reply) reply = step.reply;
    for (core::AnsweredQuestion& answered : step.answers) {
      EXPECT_TRUE(answers.emplace(answered.number, std::move(answered.result)).second)
          << "question " << answered.number << " ended twice";
    }
    for (const core::LogEntry& entry : step.log_entries) log_entries.push_back(entry);
    for (const auto& fact : step.transitions) transitions.push_back(fact);
    EXPECT_GT(engine().wake_at().value_or(MonoTime::max()), now.mono);
    while (!loads_.empty()) {
      const core::LoadDeliveries load = loads_.front();
      loads_.erase(loads_.begin());
      this->step(queue.load(load));
    }
    while (!oldest_.empty()) {
      const core::LoadOldest load = oldest_.front();
      oldest_.erase(oldest_.begin());
      this->step(queue.load(load));
    }
    last = std::move(step.writes);
  }

  void tick() { step(core::Tick{}); }

  /// The daemon ends without a word and starts again over what was stored; calls under way are
  /// forgotten. actions: as stored.
  void restart(std::vector<core::StoredAction> actions) {
    snapshot.last_seq = last_seq;
    snapshot.actions = std::move(actions);
    snapshot.regions.clear();
    for (const auto& [name, row] : regions) snapshot.regions.push_back(row);
    snapshot.quotas.clear();
    for (const auto& [name, row] : quotas) snapshot.quotas.push_back(row);
    snapshot.decisions.clear();
    for (const auto& [id, row] : decisions) snapshot.decisions.push_back(row);
    snapshot.machines.clear();
    for (const auto& [id, row] : machines) snapshot.machines.push_back(row);
    load_submissions();
    pending.clear();
    ids_.clear();
    engine_.reset();
  }
  /// Into the snapshot, as a store has them.
  void load_submissions() {
    snapshot.submissions.clear();
    for (const std::string& id : asked) snapshot.submissions.push_back(submissions.at(id));
  }

  /// Lets time pass; the engine is woken whenever it asks to be.
  void pass(Duration time) {
    const MonoTime end = now.mono + time;
    (void)engine();
    while (now.mono < end && !testing::Test::HasFailure()) {
      set_mono(std::clamp(engine().wake_at().value_or(end), now.mono, end));
      tick();
    }
  }
  /// The same, with every call of the API answered at once by respond.
  void run(Duration time, const std::function<void()>& respond) {
    const MonoTime end = now.mono + time;
    tick();
    respond();
    while (now.mono < end && !testing::Test::HasFailure()) {
      set_mono(std::clamp(engine().wake_at().value_or(end), now.mono, end));
      tick();
      respond();
    }
  }

  template <class C>
  [[nodiscard]] int count() const {
    return static_cast<int>(std::count_if(pending.begin(), pending.end(), [](const auto& row) {
      return std::holds_alternative<C>(row.second);
    }));
  }
  /// The oldest pending command of this kind, which the caller will answer.
  template <class C>
  [[nodiscard]] C take() {
    for (auto row = pending.begin(); row != pending.end(); ++row) {
      if (!std::holds_alternative<C>(row->second)) continue;
      C command = std::get<C>(std::move(row->second));
      pending.erase(row);
      return command;
    }
    ADD_FAILURE() << "no such command is pending";
    return {};
  }
  /// The pending list call of this kind, if there is one.
  [[nodiscard]] std::optional<core::ListActions> take_list(core::Query::Kind kind) {
    for (auto row = pending.begin(); row != pending.end(); ++row) {
      const auto* list = std::get_if<core::ListActions>(&row->second);
      if (list == nullptr || list->query.kind != kind) continue;
      core::ListActions command = *list;
      pending.erase(row);
      return command;
    }
    return std::nullopt;
  }

  void give_token(const std::string& token = "token", Duration lifetime = std::chrono::hours(1)) {
    const auto fetch = take<core::FetchToken>();
    step(core::TokenFetched{fetch.id, {}, Secret(token), lifetime});
  }
  void refuse_token(const Outcome& outcome) {
    const auto fetch = take<core::FetchToken>();
    step(core::TokenFetched{fetch.id, outcome, {}, {}});
  }
  void answer(const core::ListActions& list, std::vector<MachineAction> actions,
              bool has_next_link = false) {
    step(core::ActionsListed{list.id, {}, std::move(actions), 0, has_next_link, date()});
  }
  void fail(const core::ListActions& list, const Outcome& outcome) {
    step(core::ActionsListed{list.id, outcome, {}, 0, false, date()});
  }
  void answer(const core::GetAction& get, const MachineAction& action) {
    step(core::ActionRead{get.id, {}, action, date()});
  }
  void fail(const core::GetAction& get, const Outcome& outcome) {
    step(core::ActionRead{get.id, outcome, std::nullopt, date()});
  }
  void answer(const core::CancelAction& cancel, const Outcome& outcome = {}) {
    step(core::CancelAnswered{cancel.id, outcome, date()});
  }
  /// Answers the pending list call, whichever it is.
  void list(std::vector<MachineAction> actions) {
    answer(take<core::ListActions>(), std::move(actions));
  }
  void fail_list(const Outcome& outcome) { fail(take<core::ListActions>(), outcome); }
  void deliver(const Outcome& outcome = {}) {
    const auto send = take<core::SendDelivery>();
    step(core::DeliveryAnswered{send.id, outcome});
  }

  /// From nothing to a first complete poll and sweep that showed these actions.
  void begin(std::vector<MachineAction> actions = {}) {
    tick();
    give_token();
    list(actions);
    list(actions);
    // A sweep's page is no proof of the end.
    if (!actions.empty()) list({});
  }

  /// "a1 Pending>Succeeded" for a transition, else the event's type.
  [[nodiscard]] std::vector<std::string> recorded() const {
    std::vector<std::string> lines;
    for (const core::EventRecord& event : events) {
      if (event.type != core::EventType::ActionTransition) {
        lines.emplace_back(to_string(event.type));
        continue;
      }
      lines.push_back(event.action.value + " " + member(event.fields, "from") + ">" +
                      member(event.fields, "to"));
    }
    return lines;
  }
  [[nodiscard]] int log_entries_of(const std::string& event) const {
    return static_cast<int>(std::count_if(log_entries.begin(), log_entries.end(),
                                          [&](const auto& n) { return n.event == event; }));
  }

  /// The true time, as the API has it; independent of our wall clock.
  [[nodiscard]] WallTime server() const { return kDay + (now.mono - kBoot); }
  [[nodiscard]] WallTime date() const { return std::chrono::floor<std::chrono::seconds>(server()); }
  void set_mono(MonoTime to) {
    now.wall += to - now.mono;
    now.mono = to;
  }

  core::Options options;
  core::Snapshot snapshot;
  Now now{kDay, kBoot};
  FakeDeliveryQueue queue;
  std::map<std::uint64_t, core::Command> pending;
  std::map<std::string, core::RegionRow> regions;
  std::map<std::string, core::QuotaRow> quotas;
  std::map<std::string, core::Decision> decisions;
  std::map<std::string, core::MachineRow> machines;  ///< by id
  std::map<std::string, core::Submission> submissions;
  std::vector<std::string> asked;  ///< the ids of these, in their order
  std::vector<core::SubmissionFact> submission_facts;
  std::optional<core::Reply> reply;                       ///< the last one
  std::map<std::uint64_t, core::QuestionResult> answers;  ///< by question
  std::vector<core::EventRecord> events;
  std::vector<core::LogEntry> log_entries;
  std::vector<core::TransitionFact> transitions;
  std::vector<core::DeliveryRow> addressed;  ///< every delivery there ever was
  std::vector<core::ActionRow> stored_rows;  ///< every action that was stored, in order
  bool new_regions = false;  ///< the engine begins with regions that the store does not know
  core::Batch last;          ///< the writes of the last step
  std::uint64_t last_seq = 0;
  std::uint64_t steps = 0;

 private:
  static std::string member(const std::string& fields, const std::string& name) {
    const auto at = fields.find('"' + name + "\":");
    if (at == std::string::npos) return {};
    std::string value = fields.substr(at + name.size() + 3);
    value.resize(std::min(value.find(','), value.size()));
    std::erase(value, '"');
    return value;
  }

  std::unique_ptr<core::Engine> engine_;
  std::set<std::uint64_t> ids_;
  std::vector<core::LoadDeliveries> loads_;
  std::vector<core::LoadOldest> oldest_;
};

}  // namespace mactiond::test
