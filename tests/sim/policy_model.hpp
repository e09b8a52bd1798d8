#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "core/cancel/policy.hpp"
#include "core/options.hpp"

namespace mactiond::sim {

/// What docs/policies.md says of policies, once more and as plainly as can be: no compiled
/// patterns, no caches, nothing of core/cancel/policy but its data. The oracle's second opinion.
class PolicyModel {
 public:
  explicit PolicyModel(std::vector<core::PolicyOptions> policies)
      : policies_(std::move(policies)) {}

  /// nullptr if none fits.
  [[nodiscard]] const core::PolicyOptions* governing(const std::string& region,
                                                     const core::ActionFacts& facts) const;
  /// Whether the policy, which governs the action, is one that may cancel it once it is stale.
  [[nodiscard]] static bool may_cancel(const core::PolicyOptions& policy,
                                       const core::ActionFacts& facts);
  [[nodiscard]] static std::optional<WallTime> stale_from(const core::PolicyOptions& policy,
                                                          const core::ActionFacts& facts);
  [[nodiscard]] const core::PolicyOptions* find(const std::string& name) const;

 private:
  std::vector<core::PolicyOptions> policies_;
};

}  // namespace mactiond::sim
