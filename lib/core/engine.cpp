#include "core/engine.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "core/engine_state.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// At most this many plans in one answer: nothing else happens meanwhile.
constexpr std::size_t kPlansMax = 4000;
constexpr std::size_t kRegionPlansMin = 20;
constexpr std::size_t kRegionPlansMax = 1000;

const Unanswered kStopping{Unanswered::Why::Unavailable, "the daemon is stopping"};

}  // namespace

Engine::Engine(Options options, Snapshot snapshot, std::uint64_t seed, Now now)
    : state_(std::make_unique<State>(std::move(options), snapshot, seed)) {
  state_->restore(snapshot, now);
}

Engine::~Engine() = default;

void Engine::look_up_events_by(IsRecorded is_recorded) {
  state_->recorder.look_up_by(std::move(is_recorded));
}

Step Engine::on(Event event, Now now) {
  Step step;
  StepWriter out = state_->writer(step);
  state_->last = now;
  state_->follow_wall_clock(now, step.writes);
  if (!std::holds_alternative<StoreRecovered>(event)) state_->end_unfollowed(false, now, out);
  state_->dispatch(std::move(event), now, out);
  if (!state_->stopping) state_->advance(now, out);
  return step;
}

void Engine::State::dispatch(Event event, Now now, StepWriter& out) {
  std::visit(
      [&](auto&& happened) {
        using E = std::decay_t<decltype(happened)>;
        if constexpr (std::is_same_v<E, Tick>) {
          return;
        } else if constexpr (std::is_same_v<E, StopRequested>) {
          stop(out);
        } else if constexpr (std::is_same_v<E, SuspendCancelling>) {
          suspend(happened, out);
        } else if constexpr (std::is_same_v<E, StoreRecovered>) {
          recover(happened, now, out);
        } else if constexpr (std::is_same_v<E, AskCancel>) {
          ask_cancel(happened, now, out);
        } else if constexpr (std::is_same_v<E, AskQuestion>) {
          ask_question(happened, now, out);
        } else if constexpr (std::is_same_v<E, AskSubmission>) {
          ask_submission(std::forward<decltype(happened)>(happened), now, out);
        } else if constexpr (std::is_same_v<E, RetryRegion>) {
          retry(happened, now, out);
        } else if constexpr (std::is_same_v<E, PauseWebhook>) {
          pause(happened, now, out);
        } else if constexpr (std::is_same_v<E, ReplayDeadLetters>) {
          replay(happened, now, out);
        } else if constexpr (std::is_same_v<E, PurgeDeadLetters>) {
          purge(happened, out);
        } else if constexpr (std::is_same_v<E, DeliveriesLoaded>) {
          on(std::forward<decltype(happened)>(happened));
        } else if constexpr (std::is_same_v<E, OldestLoaded>) {
          on(happened, now, out);
        } else if constexpr (std::is_same_v<E, DeliveryAnswered>) {
          on(happened, now, out);
        } else {
          Slot<Region>* slot = find_serial(regions, owner_of(happened.command));
          // A removed region needs no answers: what it knew is read again if it returns.
          if (slot == nullptr) return;
          slot->part.on(std::forward<decltype(happened)>(happened), now, out);
        }
      },
      std::move(event));
}

Slot<Outbox>* Engine::State::outbox_of(std::uint64_t serial) {
  Slot<Outbox>* slot = find_serial(outboxes, serial);
  return slot != nullptr ? slot : find_serial(leaving, serial);
}

void Engine::State::on(DeliveriesLoaded loaded) {
  Slot<Outbox>* slot = outbox_of(owner_of(loaded.command));
  if (slot != nullptr) slot->part.on(std::move(loaded));
}

void Engine::State::on(const OldestLoaded& loaded, Now now, StepWriter& out) {
  Slot<Outbox>* slot = outbox_of(owner_of(loaded.command));
  if (slot == nullptr) return;
  for (const auto& change : slot->part.on(loaded, now, out.batch())) {
    record_incident(change, slot->part, now, out);
  }
}

void Engine::State::on(const DeliveryAnswered& answered, Now now, StepWriter& out) {
  const std::uint64_t serial = owner_of(answered.command);
  if (Slot<Outbox>* slot = find_serial(outboxes, serial)) {
    for (const auto& change : slot->part.on(answered, now, random, out.batch())) {
      record_incident(change, slot->part, now, out);
    }
    return;
  }
  Slot<Outbox>* gone = find_serial(leaving, serial);
  MACTIOND_ASSERT(gone != nullptr);
  // The delivery is recorded; the webhook has no state any more.
  (void)gone->part.on(answered, now, random, out.batch());
  if (gone->part.status().in_flight > 0) return;
  leaving.erase(leaving.begin() + (gone - leaving.data()));
}

void Engine::State::suspend(const SuspendCancelling& asked, StepWriter& out) {
  ledger.suspend(asked.suspended);
  // An operator who resumes has removed what was in the way.
  if (!asked.suspended) ledger.allow_all();
  out.batch().switches = SwitchRow{asked.suspended};
  out.log(LogEntry::Level::Warning, asked.suspended ? "cancelling_suspended" : "cancelling_resumed",
          with_operator({}, asked.by));
  out.reply(Done{});
}

void Engine::State::ask_cancel(const AskCancel& asked, Now now, StepWriter& out) {
  Slot<Region>* slot = find_named(regions, asked.region);
  if (slot == nullptr || !slot->part.ask_cancel(asked, now, out)) out.reply(NotFound{});
}

void Engine::State::stop(StepWriter& out) {
  stopping = true;
  submits.stop();
  for (auto& [serial, region] : regions) {
    region.stop(last, out);
    region.questions().end_all(kStopping, out);
  }
}

void Engine::State::ask_question(const AskQuestion& asked, Now now, StepWriter& out) {
  if (stopping) return out.answer({asked.number, kStopping});
  Slot<Region>* slot = find_named(regions, asked.region);
  if (slot != nullptr) return slot->part.questions().ask(asked, now, out);
  const Unanswered why{Unanswered::Why::NoRegion, "no region has the name " + asked.region};
  out.answer({asked.number, why});
}

void Engine::State::retry(const RetryRegion& asked, Now now, StepWriter& out) {
  Slot<Region>* slot = find_named(regions, asked.region);
  if (slot == nullptr) return out.reply(NotFound{});
  // An operator who asks for it may have granted what was missing.
  ledger.allow(asked.region);
  const Duration wait = slot->part.retry(now.mono);
  out.log(LogEntry::Level::Info, "region_retry",
          with_operator({{"region", asked.region}}, asked.by));
  out.reply(Done{{}, to_seconds(wait + 1s - Duration(1))});
}

void Engine::State::advance(Now now, StepWriter& out) {
  prune(now, out.batch());
  for (auto& [serial, region] : regions) {
    const std::size_t first = out.commands().size();
    region.advance(now, out);
    own(out.commands(), first, serial);
  }
  // Before any of them sends: events recorded here wait for the others.
  for (auto& slot : outboxes) {
    for (const auto& found : slot.part.watch(now, out.batch())) {
      record_incident(found, slot.part, now, out);
    }
  }
  for (auto& [serial, outbox] : outboxes) {
    const std::size_t first = out.commands().size();
    outbox.advance(now, last_id, out.commands());
    own(out.commands(), first, serial);
  }
}

void Engine::State::own(const std::vector<Command>& commands, std::size_t first,
                        std::uint64_t serial) {
  for (std::size_t i = first; i < commands.size(); ++i) {
    const CommandId id = std::visit([](const auto& command) { return command.id; }, commands[i]);
    owners.emplace(id.value, serial);
  }
}

std::uint64_t Engine::State::owner_of(CommandId id) {
  const auto found = owners.find(id.value);
  MACTIOND_ASSERT(found != owners.end());
  const std::uint64_t owner = found->second;
  owners.erase(found);
  return owner;
}

std::optional<MonoTime> Engine::wake_at() const {
  if (state_->stopping) return std::nullopt;
  std::optional<MonoTime> when = state_->prune_at;
  const auto consider = [&when](std::optional<MonoTime> candidate) {
    if (candidate && (!when || *candidate < *when)) when = candidate;
  };
  for (const auto& [serial, region] : state_->regions) consider(region.wake_at(state_->last));
  for (const auto& [serial, outbox] : state_->outboxes) {
    consider(outbox.wake_at(state_->last));
    consider(outbox.watch_at(state_->last));
  }
  return when;
}

EngineStatus Engine::status(Now now) const {
  EngineStatus status;
  for (const auto& [serial, region] : state_->regions) {
    status.regions.push_back(region.status(now));
    region.count_actions(status.actions);
  }
  for (const auto& [serial, outbox] : state_->outboxes) status.webhooks.push_back(outbox.status());
  status.last_seq = state_->recorder.last_seq();
  const CancelFacts cancelling = state_->ledger.facts(now.mono);
  status.cancelling = "on";
  if (const auto guard = first_guard(CancelMoment::Ask, cancelling, {})) {
    status.cancelling = to_string(*guard);
  }
  if (cancelling.policies_held) status.policies_held = CancelGuard::StoreRecovered;
  status.submitting = state_->submits.is_on();
  return status;
}

std::optional<std::size_t> Engine::ahead_of(const std::string& submission) const {
  for (auto& [serial, region] : state_->regions) {
    if (const auto ahead = region.submissions().ahead_of(submission)) return ahead;
  }
  return std::nullopt;
}

std::string Engine::held_by(const std::string& submission) const {
  for (auto& [serial, region] : state_->regions) {
    if (const std::string why = region.submissions().held_by(submission); !why.empty()) return why;
  }
  return {};
}

std::vector<Engine::RegionPlans> Engine::explain(const PolicyTrial* trial, Now now) const {
  const Options& options = trial != nullptr ? trial->options() : state_->options;
  const std::size_t count = std::max<std::size_t>(state_->regions.size(), 1);
  const std::size_t most = std::clamp(kPlansMax / count, kRegionPlansMin, kRegionPlansMax);
  std::vector<RegionPlans> regions;
  for (const auto& [serial, region] : state_->regions) {
    regions.push_back(
        {region.name(), region.explain(trial, options.cancel.max_per_hour, now, most)});
  }
  return regions;
}

std::optional<std::vector<OpenActions>> Engine::open_actions(std::size_t most) const {
  std::size_t count = 0;
  for (const auto& [serial, region] : state_->regions) count += region.watch().size();
  if (count > most) return std::nullopt;
  std::vector<OpenActions> regions;
  for (const auto& [serial, region] : state_->regions) {
    OpenActions& open = regions.emplace_back();
    open.region = region.name();
    open.actions.reserve(region.watch().size());
    region.watch().for_each([&](const ActionId& id, const ActionFacts& facts, const auto&) {
      open.actions.emplace_back(id, facts);
    });
  }
  return regions;
}

}  // namespace mactiond::core
