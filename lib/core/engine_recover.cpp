#include <algorithm>

#include "core/engine_state.hpp"
#include "core/recovery.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// Regions begin one after the other within this time.
constexpr Duration kSpread = 2s;

}  // namespace

void Engine::State::restore(const Snapshot& snapshot, Now now) {
  start_clocks(now);
  ledger.suspend(snapshot.switches.cancelling_suspended);
  if (snapshot.recovery) {
    ledger.hold_policies_until(hold_end(*snapshot.recovery, options.boot_id, now));
  }
  for (const StaleRow& row : snapshot.reported_stale) ledger.restore(row);
  for (const SuppressedRow& row : snapshot.suppressed) ledger.restore(row);
  for (const Decision& decision : snapshot.decisions) ledger.restore(decision);
  for (const Decision& decision : snapshot.decisions) {
    if (!has_region(options, decision.region)) ledger.retire(decision.region);
  }
  const auto count = static_cast<std::int64_t>(std::max<std::size_t>(options.regions.size(), 1));
  for (const RegionOptions& region : options.regions) {
    const auto place = static_cast<std::int64_t>(regions.size());
    regions.push_back({++last_serial, make_region(region, snapshot, now)});
    regions.back().part.start_at(now.mono + kSpread * place / count);
  }
  for (const WebhookOptions& webhook : options.webhooks) {
    outboxes.push_back({++last_serial, make_outbox(webhook, snapshot, now)});
  }
}

Region Engine::State::make_region(const RegionOptions& wanted, const Snapshot& snapshot, Now now) {
  Region region(wanted, options.boot_id, policies, ledger, random.next());
  std::vector<QuotaRow> quotas;
  for (const QuotaRow& row : snapshot.quotas) {
    if (row.region == wanted.counted_by()) quotas.push_back(row);
  }
  region.restore(quotas, now.mono);
  for (const RegionRow& row : snapshot.regions) {
    if (row.region == wanted.name) region.restore(row);
  }
  for (const RegionQuiet& quiet : snapshot.recovering) {
    if (quiet.region == wanted.name) region.follow_recovery(quiet.before);
  }
  for (const StoredAction& action : snapshot.actions) {
    if (action.region == wanted.name) region.restore(action);
  }
  for (const Decision& decision : snapshot.decisions) {
    if (decision.region != wanted.name || !decision.live()) continue;
    ledger.restore(decision);
    region.restore(decision, now.mono);
  }
  return region;
}

Outbox Engine::State::make_outbox(const WebhookOptions& webhook, const Snapshot& snapshot,
                                  Now now) const {
  StoredWebhook stored;
  for (const StoredWebhook& candidate : snapshot.webhooks) {
    if (candidate.row.webhook == webhook.name) stored = candidate;
  }
  return Outbox(webhook, stored, now);
}

void Engine::State::recover(const StoreRecovered& found, Now now, StepWriter& out) {
  recorder.continue_after(found.after_seq);
  const RecoveryRow row{found.after_seq, now.wall, options.boot_id, now.mono};
  out.batch().recovery = row;
  ledger.hold_policies_until(hold_end(row, options.boot_id, now));
  for (auto& slot : regions) slot.part.empty_quota(now, out);
  for (const RegionQuiet& quiet : found.quiet) {
    Slot<Region>* followed = find_named(regions, quiet.region);
    if (followed == nullptr) continue;
    followed->part.follow_recovery(quiet.before);
    out.batch().recovering.push_back(quiet);
  }
  if (found.suspend) {
    ledger.suspend(true);
    out.batch().switches = SwitchRow{true};
  }
  out.log(LogEntry::Level::Error, "store_recovered",
          {{"reason", found.reason},
           {"after_seq", std::to_string(found.after_seq)},
           {"kept", std::to_string(found.kept)},
           {"lost", std::to_string(found.lost)},
           {"set_aside", found.set_aside.value_or(std::string())},
           {"cancelling", found.suspend ? "suspended until mactionctl policy resume"
                                        : "no policy cancels for an hour"}});
  out.record(store_recovered_event(found, now), now.wall);
}

}  // namespace mactiond::core
