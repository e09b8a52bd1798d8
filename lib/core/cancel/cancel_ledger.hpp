#pragma once

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

/// A limit that is reached.
struct LimitHit {
  CancelGuard guard = CancelGuard::TotalLimit;
  int limit = 0;
  MonoTime frees_at{};  ///< look again then; earlier if decisions end unsent
};

/// How many cancels a trailing hour may hold.
struct HourLimits {
  std::optional<int> own;  ///< of one policy; nothing: only total
  int total = 0;           ///< 0: never cancel anything
};

/// What all regions' cancels share: the limits, the switch, and what was decided or told already.
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

  /// The guard that holds for every cancel of every region, operators' too.
  [[nodiscard]] std::optional<CancelGuard> guard() const { return guard(cancel_.max_per_hour); }
  /// The same by another limit over all policies.
  [[nodiscard]] std::optional<CancelGuard> guard(int total) const;
  /// Which limit of the policy is reached, by the limits in force or by others.
  [[nodiscard]] std::optional<LimitHit> limit(const std::string& policy, WallTime server,
                                              MonoTime now) const {
    return limit(policy, {limit_of(policy), cancel_.max_per_hour}, server, now);
  }
  [[nodiscard]] std::optional<LimitHit> limit(const std::string& policy, const HourLimits& limits,
                                              WallTime server, MonoTime now) const;
  /// Whether the decision may post now: a limit may have been lowered since it was made, or a
  /// reboot may have made it uncertain when the others posted.
  [[nodiscard]] bool leaves_room(const Decision& decision, WallTime server, MonoTime now) const;
  /// The region is not followed any more: what is decided there posts no more.
  void leave(const std::string& region);
  [[nodiscard]] const std::string& boot_id() const { return boot_id_; }

  /// Whether this policy decided for the action in this status before.
  [[nodiscard]] bool decided(const std::string& region, const ActionId& action,
                             const std::string& policy, const std::string& status) const;
  void made(const Decision& decision);
  /// The decision posts, is accepted or ends.
  void changed(const Decision& decision);

  /// True the first time it is asked for the row: it is to be told and stored then.
  [[nodiscard]] bool tell_stale(const StaleRow& row);
  [[nodiscard]] bool tell_suppressed(const SuppressedRow& row);
  /// Forgets what was decided and told about actions that known() does not know any more.
  template <class Known>
  void forget_unless(const std::string& region, const Known& known) {
    const auto gone = [&](const auto& row) {
      return row.first.first == region && !known(row.first.second);
    };
    std::erase_if(decided_, gone);
    std::erase_if(told_, gone);
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
  using Key = std::pair<std::string, std::string>;  ///< policy, status

  [[nodiscard]] Duration since(const PostStamp& stamp, WallTime server, MonoTime now) const;
  [[nodiscard]] std::optional<int> limit_of(const std::string& policy) const;

  CancelOptions cancel_;
  std::map<std::string, int> limits_;
  std::string boot_id_;
  bool suspended_ = false;
  MonoTime policies_from_ = MonoTime::min();
  std::map<std::string, Counted> counted_;  ///< by decision
  std::map<std::pair<std::string, ActionId>, std::set<Key>> decided_;
  std::map<std::pair<std::string, ActionId>, std::set<Key>> told_;
  std::map<std::string, WallTime> suppressed_;
  std::set<std::pair<std::string, std::string>> forbidden_;  ///< region, type
};

}  // namespace mactiond::core
