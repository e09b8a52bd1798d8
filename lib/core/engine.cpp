#include "core/engine.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "base/random.hpp"
#include "core/outbox.hpp"
#include "core/recorder.hpp"
#include "core/region.hpp"
#include "core/step_writer.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kPruneInterval = 1h;
/// A wall clock that moves by more than this against the monotonic one was set, not slewed.
constexpr Duration kJump = 2s;
/// Regions begin one after the other within this time.
constexpr Duration kSpread = 2s;

const char* note_name(EventType type) {
  switch (type) {
    case EventType::WebhookPaused:
      return "webhook_paused";
    case EventType::WebhookResumed:
      return "webhook_resumed";
    case EventType::WebhookDisabled:
      return "webhook_disabled";
    default:
      return "delivery_dead";
  }
}

}  // namespace

struct Engine::State {
  State(Options opts, const Snapshot& snapshot, std::uint64_t seed)
      : options(std::move(opts)),
        random(seed),
        policies(options.policies),
        ledger(options.cancel, options.policies, options.boot_id),
        recorder(options.instance, options.webhooks, snapshot.last_seq) {}

  Options options;
  Random random;
  Policies policies;
  CancelLedger ledger;
  Recorder recorder;
  std::vector<Region> regions;
  std::vector<Outbox> outboxes;
  std::uint64_t last_id = 0;
  /// Which region or webhook a command under way belongs to.
  std::unordered_map<std::uint64_t, std::size_t> owners;
  bool stopping = false;
  Duration wall_offset{};
  MonoTime prune_at{};
  Now last{};

  void restore(const Snapshot& snapshot, Now now);
  void restore_cancels(const Snapshot& snapshot, Now now);
  Region* region(const std::string& name);
  void suspend(const SuspendCancelling& asked, StepWriter& out);
  void ask_cancel(const AskCancel& asked, Now now, StepWriter& out);
  void dispatch(Event event, Now now, StepWriter& out);
  void follow_wall_clock(Now now, Batch& batch);
  void prune(Now now, Batch& batch);
  void advance(Now now, StepWriter& out);
  void own(const std::vector<Command>& commands, std::size_t first, std::size_t owner);
  std::size_t owner_of(CommandId id);
  void incident(const WebhookIncident& incident, std::size_t webhook, Now now, StepWriter& out);
};

Engine::Engine(Options options, Snapshot snapshot, std::uint64_t seed, Now now)
    : state_(std::make_unique<State>(std::move(options), snapshot, seed)) {
  state_->restore(snapshot, now);
}

Engine::~Engine() = default;

void Engine::State::restore(const Snapshot& snapshot, Now now) {
  last = now;
  wall_offset = now.wall.time_since_epoch() - now.mono.time_since_epoch();
  prune_at = now.mono + kPruneInterval;
  const auto count = static_cast<std::int64_t>(std::max<std::size_t>(options.regions.size(), 1));
  for (const RegionOptions& region_options : options.regions) {
    Region& region = regions.emplace_back(region_options, options.boot_id, policies, ledger,
                                           random.next());
    region.start_at(now.mono + kSpread * static_cast<std::int64_t>(regions.size() - 1) / count);
    std::vector<QuotaRow> quotas;
    for (const QuotaRow& row : snapshot.quotas) {
      if (row.region == region_options.name) quotas.push_back(row);
    }
    region.restore(quotas, now.mono);
  }
  for (const RegionRow& row : snapshot.regions) {
    if (Region* found = region(row.region)) found->restore(row);
  }
  for (const StoredAction& action : snapshot.actions) {
    if (Region* found = region(action.region)) found->restore(action);
  }
  restore_cancels(snapshot, now);
  for (const WebhookOptions& webhook : options.webhooks) {
    StoredWebhook stored;
    for (const StoredWebhook& candidate : snapshot.webhooks) {
      if (candidate.row.webhook == webhook.name) stored = candidate;
    }
    outboxes.emplace_back(webhook, stored, now);
  }
}

void Engine::State::restore_cancels(const Snapshot& snapshot, Now now) {
  ledger.suspend(snapshot.switches.cancelling_suspended);
  for (const StaleRow& row : snapshot.told_stale) ledger.restore(row);
  for (const SuppressedRow& row : snapshot.suppressed) ledger.restore(row);
  for (const Decision& decision : snapshot.decisions) {
    ledger.restore(decision);
    Region* found = decision.live() ? region(decision.region) : nullptr;
    if (found != nullptr) found->restore(decision, now.mono);
  }
}

Region* Engine::State::region(const std::string& name) {
  const auto found = std::find_if(regions.begin(), regions.end(),
                                  [&](const Region& region) { return region.name() == name; });
  return found == regions.end() ? nullptr : &*found;
}

Step Engine::on(Event event, Now now) {
  Step step;
  StepWriter out(step, state_->recorder, state_->outboxes, state_->last_id);
  state_->last = now;
  state_->follow_wall_clock(now, step.writes);
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
          stopping = true;
        } else if constexpr (std::is_same_v<E, SuspendCancelling>) {
          suspend(happened, out);
        } else if constexpr (std::is_same_v<E, AskCancel>) {
          ask_cancel(happened, now, out);
        } else if constexpr (std::is_same_v<E, DeliveriesLoaded>) {
          outboxes[owner_of(happened.command)].on(std::forward<decltype(happened)>(happened));
        } else if constexpr (std::is_same_v<E, DeliveryAnswered>) {
          const std::size_t webhook = owner_of(happened.command);
          for (const auto& told : outboxes[webhook].on(happened, now, random, out.batch())) {
            incident(told, webhook, now, out);
          }
        } else {
          regions[owner_of(happened.command)].on(std::forward<decltype(happened)>(happened), now,
                                                 out);
        }
      },
      std::move(event));
}

void Engine::State::suspend(const SuspendCancelling& asked, StepWriter& out) {
  ledger.suspend(asked.suspended);
  // Whoever resumes has seen to what was in the way.
  if (!asked.suspended) ledger.allow_all();
  out.batch().switches = SwitchRow{asked.suspended};
  out.note(Note::Level::Warning, asked.suspended ? "cancelling_suspended" : "cancelling_resumed",
           {});
  out.reply(Reply::Outcome::Done, asked.suspended ? "cancelling is suspended"
                                                  : "cancelling goes on");
}

void Engine::State::ask_cancel(const AskCancel& asked, Now now, StepWriter& out) {
  const bool known = std::any_of(regions.begin(), regions.end(), [&](Region& region) {
    return region.ask_cancel(asked, now, out);
  });
  if (!known) out.reply(Reply::Outcome::NotFound, "no region knows an action of this id");
}

void Engine::State::follow_wall_clock(Now now, Batch& batch) {
  const Duration offset = now.wall.time_since_epoch() - now.mono.time_since_epoch();
  const Duration jump = offset - wall_offset;
  wall_offset = offset;
  if (std::chrono::abs(jump) <= kJump) return;
  batch.shift_due = jump;
  for (Outbox& outbox : outboxes) outbox.shift(jump);
}

void Engine::State::prune(Now now, Batch& batch) {
  if (now.mono < prune_at) return;
  prune_at = now.mono + kPruneInterval;
  Duration keep = options.closed_actions;
  // What the sweep still shows must stay known, or it would be told anew.
  for (const RegionOptions& region : options.regions) {
    keep = std::max(keep, region.poll.lookback + 24h);
  }
  // The earliest of all clocks: one that was set forward must not make us forget. Without an answer
  // since the start there is none to compare ours with.
  WallTime today = WallTime::max();
  for (const Region& region : regions) {
    today = std::min(today, region.server_time(now.mono).value_or(WallTime::max()));
  }
  if (today == WallTime::max()) return;
  batch.prune_before = std::min(today, now.wall) - keep;
  for (Region& region : regions) region.forget_before(*batch.prune_before);
}

void Engine::State::advance(Now now, StepWriter& out) {
  prune(now, out.batch());
  for (std::size_t i = 0; i < regions.size(); ++i) {
    const std::size_t first = out.commands().size();
    regions[i].advance(now, out);
    own(out.commands(), first, i);
  }
  for (std::size_t i = 0; i < outboxes.size(); ++i) {
    const std::size_t first = out.commands().size();
    outboxes[i].advance(now, last_id, out.commands());
    own(out.commands(), first, i);
  }
}

void Engine::State::own(const std::vector<Command>& commands, std::size_t first,
                        std::size_t owner) {
  for (std::size_t i = first; i < commands.size(); ++i) {
    const CommandId id = std::visit([](const auto& command) { return command.id; }, commands[i]);
    owners.emplace(id.value, owner);
  }
}

std::size_t Engine::State::owner_of(CommandId id) {
  const auto found = owners.find(id.value);
  MACTIOND_ASSERT(found != owners.end());
  const std::size_t owner = found->second;
  owners.erase(found);
  return owner;
}

void Engine::State::incident(const WebhookIncident& incident, std::size_t webhook, Now now,
                             StepWriter& out) {
  const std::string& name = options.webhooks[webhook].name;
  EventRecord event;
  event.type = incident.type;
  event.id = make_event_id(event.type, name, incident.detail);
  event.time = now.wall;
  event.fields = JsonMembers().add("webhook", name).add("reason", incident.reason).text();
  const bool good = incident.type == EventType::WebhookResumed;
  out.note(good ? Note::Level::Info : Note::Level::Error, note_name(incident.type),
           {{"webhook", name}, {"reason", incident.reason}});
  out.record(std::move(event), {{}, {}, name}, now.wall);
}

std::optional<MonoTime> Engine::wake_at() const {
  if (state_->stopping) return std::nullopt;
  std::optional<MonoTime> when = state_->prune_at;
  const auto consider = [&when](std::optional<MonoTime> candidate) {
    if (candidate && (!when || *candidate < *when)) when = candidate;
  };
  for (const Region& region : state_->regions) consider(region.wake_at(state_->last));
  for (const Outbox& outbox : state_->outboxes) consider(outbox.wake_at(state_->last));
  return when;
}

EngineStatus Engine::status(Now now) const {
  EngineStatus status;
  for (const Region& region : state_->regions) {
    status.regions.push_back(region.status(now));
    region.count_actions(status.actions);
  }
  for (const Outbox& outbox : state_->outboxes) status.webhooks.push_back(outbox.status());
  status.last_seq = state_->recorder.last_seq();
  status.cancelling = "on";
  if (const auto guard = state_->ledger.guard()) status.cancelling = to_string(*guard);
  return status;
}

}  // namespace mactiond::core
