#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/cancel/cancel_guard.hpp"
#include "core/decision.hpp"
#include "core/options.hpp"
#include "core/step.hpp"

namespace mactiond::core {

/// How many cancels a trailing hour may hold.
struct HourLimits {
  std::optional<int> own;  ///< of one policy; nothing: only total
  int total = 0;           ///< 0: never cancel anything
};

/// What all regions' cancels share: the limits, the switch, and what was decided or reported.
///
/// A decision counts towards its limits as long as it may still send a POST, and for an hour after
/// its last one. Operators' cancels are not limited by them.
class CancelLedger {
 public:
  CancelLedger(const CancelOptions& cancel, const std::vector<PolicyOptions>& policies,
               std::string boot_id);

  /// Other limits; what was counted stays counted.
  void configure(const CancelOptions& cancel, const std::vector<PolicyOptions>& policies);
  void restore(const Decision& decision);
  void restore(const StaleRow& row);
  void restore(const SuppressedRow& row) { suppressed_[row.policy] = row.hour; }
  void suspend(bool suspended) { suspended_ = suspended; }
  /// No policy cancels before then; operators may.
  void hold_policies_until(MonoTime when) { policies_from_ = when; }
  [[nodiscard]] bool holds_policies(MonoTime now) const { return now < policies_from_; }

  /// What holds for every cancel of every region.
  [[nodiscard]] CancelFacts facts(MonoTime now) const;
  /// Which limit a policy has reached that would make one more decision.
  [[nodiscard]] std::optional<LimitHit> limit_to_decide(const std::string& policy,
                                                        const HourLimits& limits, WallTime server,
                                                        MonoTime now) const {
    return limit(policy, limits, Counting::MayPost, {}, server, now);
  }
  /// Which limit in force is reached without the policy's decision itself: it may have been lowered
  /// since the decision was made, or a reboot may have made it uncertain when the others posted.
  [[nodiscard]] std::optional<LimitHit> limit_to_post(const std::string& policy,
                                                      const std::string& decision, WallTime server,
                                                      MonoTime now) const {
    return limit(policy, limits_in_force(policy), Counting::Posted, decision, server, now);
  }
  [[nodiscard]] HourLimits limits_in_force(const std::string& policy) const;
  /// The region is no longer followed: its decisions send no POST any more.
  void retire(const std::string& region);
  [[nodiscard]] const std::string& boot_id() const { return boot_id_; }

  /// Whether this policy decided for the action in this status before.
  [[nodiscard]] bool decided(const std::string& region, const ActionId& action,
                             const std::string& policy, const std::string& status) const;
  void made(const Decision& decision);
  /// The decision posts, is accepted or ends.
  void changed(const Decision& decision);

  /// True the first time it is asked for the row: it is to be reported and stored then.
  [[nodiscard]] bool report_stale(const StaleRow& row);
  [[nodiscard]] bool report_suppressed(const SuppressedRow& row);
  /// Forgets what was decided and reported about actions that known() no longer knows.
  template <class Known>
  void forget_unless(const std::string& region, const Known& known) {
    std::erase_if(past_, [&](const auto& row) {
      return row.first.first == region && !known(row.first.second);
    });
  }

  void forbid(const std::string& region, const ActionType& type);
  [[nodiscard]] bool forbidden(const std::string& region, const ActionType& type) const;
  /// Permissions may have been granted meanwhile: every type may be tried once more.
  void allow_all() { forbidden_.clear(); }
  void allow(const std::string& region);

 private:
  struct Counted {
    std::string region;
    std::string policy;
    bool may_post = true;
    std::optional<PostStamp> posted;
  };
  /// Which decisions count towards a limit, beside those that posted within the hour.
  enum class Counting : std::uint8_t {
    MayPost,  ///< those that may still post
    Posted,   ///< no others
  };
  /// What a policy did about an action in a status, once.
  struct Past {
    enum class What : std::uint8_t { Reported, Decided };
    What what = What::Reported;
    std::string policy;
    std::string status;
    auto operator<=>(const Past&) const = default;
  };

  [[nodiscard]] Duration since(const PostStamp& stamp, WallTime server, MonoTime now) const;
  /// except: a decision that does not count.
  [[nodiscard]] std::optional<LimitHit> limit(const std::string& policy, const HourLimits& limits,
                                              Counting counting, const std::string& except,
                                              WallTime server, MonoTime now) const;
  /// False if it was known already.
  bool remember(const std::string& region, const ActionId& action, Past past);

  CancelOptions cancel_;
  std::map<std::string, int> limits_;
  std::string boot_id_;
  bool suspended_ = false;
  MonoTime policies_from_ = MonoTime::min();
  std::map<std::string, Counted> counted_;                           ///< by decision
  std::map<std::pair<std::string, ActionId>, std::set<Past>> past_;  ///< by region and action
  std::map<std::string, WallTime> suppressed_;
  std::set<std::pair<std::string, std::string>> forbidden_;  ///< region, type
};

}  // namespace mactiond::core
