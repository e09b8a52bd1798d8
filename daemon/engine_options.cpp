#include "engine_options.hpp"

#include "base/system_clock.hpp"

namespace mactiond::daemon {

core::Options engine_options(const config::Config& config) {
  core::Options options;
  options.instance = config.daemon.instance;
  options.boot_id = read_boot_id();
  options.closed_actions = config.closed_actions;
  options.policies = config.policies;
  options.cancel = config.cancel;
  options.submit = config.submit;
  for (const auto& region : config.regions) {
    core::RegionOptions& added = options.regions.emplace_back(region.core);
    added.registration = region.registration();
    added.credential_end = region.auth.credential_end();
    added.enrich_machines = config.enrich.machine;
    added.audience = region.audience;
    added.tenant_id = region.tenant_id;
    added.managed_identity = region.auth.kind == config::AuthKind::ManagedIdentity;
  }
  for (const auto& webhook : config.webhooks) {
    core::WebhookOptions& added = options.webhooks.emplace_back(webhook.core);
    added.keep_queued = config.keep_queued;
    added.keep_dead_letters = config.keep_dead_letters;
  }
  return options;
}

}  // namespace mactiond::daemon
