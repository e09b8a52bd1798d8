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
    const MonoTime until = hold_end(*snapshot.recovery, options.boot_id, now);
    ledger.hold_policies_until(until);
    submits.hold_keys_until(until);
  }
  for (const StaleRow& row : snapshot.reported_stale) ledger.restore(row);
  for (const SuppressedRow& row : snapshot.suppressed) ledger.restore(row);
  for (const Decision& decision : snapshot.decisions) ledger.restore(decision);
  for (const Decision& decision : snapshot.decisions) {
    if (!has_region(options, decision.region)) ledger.retire(decision.region);
  }
  for (const Submission& row : snapshot.submissions) {
    submits.put(row);
    const bool followed = is_final(row.state) || has_region(options, row.order.region);
    if (!followed) unfollowed.push_back(row);
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
  // Of a region that returns; where the daemon starts they are there already.
  for (const Decision& decision : snapshot.decisions) {
    if (decision.region == wanted.name && decision.live()) ledger.restore(decision);
  }
  for (const Submission& row : snapshot.submissions) {
    if (row.order.region == wanted.name && !is_final(row.state)) submits.put(row);
  }
  Region region(wanted, options.boot_id, policies, {ledger, submits, options}, random.next());
  region.restore(snapshot, now);
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
  const MonoTime until = hold_end(row, options.boot_id, now);
  ledger.hold_policies_until(until);
  submits.hold_keys_until(until);
  end_unfollowed(true, now, out);
  for (auto& slot : regions) {
    slot.part.empty_quota(now, out);
    slot.part.submissions().recovered(slot.part.submit_time(now), out);
  }
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
