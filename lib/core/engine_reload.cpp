#include "core/engine_state.hpp"

namespace mactiond::core {

bool Engine::knows_all_of(const Options& next) const {
  const bool regions = std::all_of(
      next.regions.begin(), next.regions.end(),
      [this](const RegionOptions& region) { return find_part(state_->regions, region.name); });
  return regions && std::all_of(next.webhooks.begin(), next.webhooks.end(),
                                [this](const WebhookOptions& webhook) {
                                  return find_part(state_->outboxes, webhook.name);
                                });
}

Step Engine::reconfigure(Options next, const Snapshot& added, Now now) {
  Step step;
  state_->last = now;
  state_->follow_wall_clock(now, step.writes);
  state_->reconfigure(std::move(next), added, now);
  StepWriter out(step, state_->recorder, state_->outboxes, state_->last_id);
  if (!state_->stopping) state_->advance(now, out);
  return step;
}

void Engine::State::reconfigure(Options next, const Snapshot& added, Now now) {
  next.instance = options.instance;
  next.boot_id = options.boot_id;
  policies = Policies(next.policies);
  ledger.configure(next.cancel, next.policies);
  change_regions(next, added, now);
  change_webhooks(next, added, now);
  recorder.set_webhooks(next.webhooks);
  options = std::move(next);
}

void Engine::State::change_regions(const Options& next, const Snapshot& added, Now now) {
  std::vector<Region> changed;
  std::vector<std::uint64_t> serials;
  for (const RegionOptions& wanted : next.regions) {
    if (Region* region = find_part(regions, wanted.name)) {
      region->configure(wanted, policies, now.mono);
      serials.push_back(region_serials[static_cast<std::size_t>(region - regions.data())]);
      changed.push_back(std::move(*region));
      continue;
    }
    changed.push_back(make_region(wanted, added, now));
    changed.back().start_at(now.mono);
    serials.push_back(++last_serial);
  }
  for (const RegionOptions& before : options.regions) {
    if (!has_region(next, before.name)) ledger.retire(before.name);
  }
  regions = std::move(changed);
  region_serials = std::move(serials);
}

void Engine::State::change_webhooks(const Options& next, const Snapshot& added, Now now) {
  std::vector<Outbox> changed;
  std::vector<std::uint64_t> serials;
  for (const WebhookOptions& wanted : next.webhooks) {
    if (Outbox* outbox = find_part(outboxes, wanted.name)) {
      std::uint64_t& serial = outbox_serials[static_cast<std::size_t>(outbox - outboxes.data())];
      outbox->configure(wanted);
      changed.push_back(std::move(*outbox));
      serials.push_back(std::exchange(serial, 0));
    } else {
      changed.push_back(make_outbox(wanted, added, now));
      serials.push_back(++last_serial);
    }
  }
  for (std::size_t i = 0; i < outboxes.size(); ++i) {
    if (outbox_serials[i] == 0 || outboxes[i].status().in_flight == 0) continue;
    leaving_serials.push_back(outbox_serials[i]);
    leaving.push_back(std::move(outboxes[i]));
  }
  outboxes = std::move(changed);
  outbox_serials = std::move(serials);
}

}  // namespace mactiond::core
