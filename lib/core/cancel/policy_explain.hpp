#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "core/cancel/cancel_guard.hpp"
#include "core/cancel/policy.hpp"
#include "core/cancel/policy_trial.hpp"
#include "core/cancel/stale_watch.hpp"

namespace mactiond::core {

/// What the policies plan for an open action.
enum class PolicyVerdict : std::uint8_t {
  None,    ///< no policy fits
  Ignore,  ///< governed by a policy that ignores
  Never,   ///< governed by a policy that cancels, but never_cancelled()
  Wait,    ///< not stale yet, or nobody knows
  Notify,  ///< stale, and reported
  DryRun,  ///< stale; the report says it would be cancelled
  Hold,    ///< stale, and a guard holds the cancel back
  Cancel,  ///< stale, and to be cancelled
};

[[nodiscard]] std::string_view to_string(PolicyVerdict verdict);

struct Explanation {
  ActionId action;
  ActionType type;
  std::optional<std::string> policy;  ///< that governs it, if one does
  PolicyVerdict verdict = PolicyVerdict::None;
  /// By the server's clock, when the action turns or turned stale; nothing if it never does.
  std::optional<WallTime> stale_at;
  std::optional<CancelGuard> guard;  ///< of Hold
  std::string reason;                ///< one sentence for an operator, without the guard
  bool operator==(const Explanation&) const = default;
};

/// What holds back a cancel that a policy asks for now; nothing if nothing does. machine_unknown:
/// Governing::rival.
using Guard = std::function<std::optional<CancelGuard>(const ActionId&, const PolicyOptions&,
                                                       const ActionFacts&, bool machine_unknown)>;

/// What policies, in force or not, plan for one open action. server_now is nothing while the API's
/// time is unknown; guard is asked only about a cancel that would be made now.
[[nodiscard]] Explanation explain(const Policies& policies, std::string_view region,
                                  const ActionId& action, const ActionFacts& facts,
                                  std::optional<WallTime> server_now, const Guard& guard);

struct Explanations {
  std::vector<Explanation> actions;
  std::size_t more = 0;  ///< left out, because there are too many
};

/// The same for the open actions of a region, at most `most` of them. Those that turn stale first
/// come first, those that never do come last; ties by id. By the policies in force, or by those of
/// a trial: then of the actions that it has matched.
[[nodiscard]] Explanations explain_all(const PolicyTrial::Governed* trial, const StaleWatch& watch,
                                       std::optional<WallTime> server_now, const Guard& guard,
                                       std::size_t most);

}  // namespace mactiond::core
