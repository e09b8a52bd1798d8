#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "core/cancel/policy.hpp"

namespace mactiond::core {

inline constexpr WallTime kNoon{std::chrono::seconds(1'800'000'000)};

/// A scan that somebody at Contoso started through the API at noon and that waits for srv-01.
inline ActionFacts scan() {
  ActionFacts facts;
  facts.type = ActionType::Known::RunAntiVirusScan;
  facts.status = ActionStatus::Known::Pending;
  facts.requestor = "ana@contoso.com";
  facts.requestor_comment = "Weekly scan";
  facts.request_source = "PublicApi";
  facts.computer_dns_name = "srv-01.contoso.com";
  facts.machine_id = "0123456789abcdef";
  facts.created = kNoon;
  facts.last_update = kNoon + std::chrono::minutes(10);
  return facts;
}

/// Cancels scans after six hours.
inline PolicyOptions stale_scans() {
  PolicyOptions policy;
  policy.name = "stale-scans";
  policy.action = PolicyAction::Cancel;
  policy.stale_after = std::chrono::hours(6);
  policy.match.type = {"RunAntiVirusScan"};
  return policy;
}

inline PolicyOptions named(std::string name, PolicyOptions policy = stale_scans()) {
  policy.name = std::move(name);
  return policy;
}

}  // namespace mactiond::core
