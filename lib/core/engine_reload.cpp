#include <algorithm>
#include <memory>
#include <utility>

#include "core/engine_state.hpp"

namespace mactiond::core {

bool Engine::knows_all_of(const Options& next) const {
  const bool regions = std::all_of(
      next.regions.begin(), next.regions.end(),
      [this](const RegionOptions& region) { return find_named(state_->regions, region.name); });
  return regions && std::all_of(next.webhooks.begin(), next.webhooks.end(),
                                [this](const WebhookOptions& webhook) {
                                  return find_named(state_->outboxes, webhook.name);
                                });
}

Step Engine::reconfigure(Options next, const Snapshot& added, Now now) {
  Step step;
  state_->last = now;
  state_->follow_wall_clock(now, step.writes);
  StepWriter out = state_->writer(step);
  state_->reconfigure(std::move(next), added, now, out);
  if (!state_->stopping) state_->advance(now, out);
  return step;
}

void Engine::State::reconfigure(Options next, const Snapshot& added, Now now, StepWriter& out) {
  next.instance = options.instance;
  next.boot_id = options.boot_id;
  policies = std::make_shared<const Policies>(next.policies);
  ledger.configure(next.cancel, next.policies);
  submits.configure(next.submit);
  auto removed = change_regions(next, added, now);
  change_webhooks(next, added, now);
  // By the receivers that are configured now.
  for (auto& slot : removed) {
    slot.part.submissions().retire(slot.part.submit_time(now), out);
    slot.part.questions().end_all({Unanswered::Why::NoRegion, "the region " + slot.part.name() +
                                                                  " is not configured any more"},
                                  out);
  }
  options = std::move(next);
}

std::vector<Slot<Region>> Engine::State::change_regions(const Options& next, const Snapshot& added,
                                                        Now now) {
  std::vector<Slot<Region>> changed;
  for (const RegionOptions& wanted : next.regions) {
    if (Slot<Region>* slot = find_named(regions, wanted.name)) {
      slot->part.configure(wanted, policies, now.mono);
      changed.push_back(std::move(*slot));
      continue;
    }
    changed.push_back({++last_serial, make_region(wanted, added, now)});
    changed.back().part.start_at(now.mono);
  }
  std::vector<Slot<Region>> removed;
  for (const RegionOptions& before : options.regions) {
    if (has_region(next, before.name)) continue;
    ledger.retire(before.name);
    removed.push_back(std::move(*find_named(regions, before.name)));
  }
  regions = std::move(changed);
  return removed;
}

void Engine::State::change_webhooks(const Options& next, const Snapshot& added, Now now) {
  std::vector<Slot<Outbox>> changed;
  for (const WebhookOptions& wanted : next.webhooks) {
    if (Slot<Outbox>* slot = find_named(outboxes, wanted.name)) {
      slot->part.configure(wanted);
      changed.push_back({std::exchange(slot->serial, 0), std::move(slot->part)});
    } else if (Slot<Outbox>* returned = find_named(leaving, wanted.name)) {
      // What it has in flight waits in the store: another outbox would send it a second time.
      returned->part.configure(wanted);
      changed.push_back(std::move(*returned));
      leaving.erase(leaving.begin() + (returned - leaving.data()));
    } else {
      changed.push_back({++last_serial, make_outbox(wanted, added, now)});
    }
  }
  for (Slot<Outbox>& slot : outboxes) {
    const bool stays = slot.serial == 0;
    if (stays || slot.part.status().in_flight == 0) continue;
    slot.part.retire();
    leaving.push_back(std::move(slot));
  }
  outboxes = std::move(changed);
}

}  // namespace mactiond::core
