#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/cancel/cancel_time.hpp"

namespace mactiond::core {

/// Why an action is not cancelled now, in the order in which the reasons are looked for.
/// docs/policies.md names the test of each.
enum class CancelGuard : std::uint8_t {
  NotOpen,         ///< the action has ended, or its region does not know it
  Off,             ///< [cancel] max_per_hour = 0
  Suspended,       ///< by an operator
  UnderWay,        ///< a decision to cancel the action has not ended
  NoServerTime,    ///< the API has not answered yet: ages are unknown
  ClockUncertain,  ///< the API's clock is known too roughly
  ClockJumped,     ///< the API's clock was set a short while ago
  ClocksDisagree,  ///< the API's clock and ours are a day or more apart: one of them is badly wrong
  NotSwept,        ///< no complete sweep since the start: what is known may be out of date
  StoreRecovered,  ///< the store was recovered within the hour: what was cancelled is not known
  MachineUnknown,  ///< an earlier policy governs if the machine fits it, which is not known yet
  NotGoverned,     ///< the policy that decided no longer governs the action, or no longer cancels
  Never,           ///< never_cancelled() names the reason
  Decided,         ///< the policy decided for the action in this status before
  Permission,      ///< the app registration lacks the permission for this type of action
  RoleInDoubt,     ///< another cancel of the type finds out whether that permission is missing
  PolicyLimit,     ///< max_per_hour of the policy
  TotalLimit,      ///< [cancel] max_per_hour
  Quota,           ///< no calls left for the re-read and the POST
};

/// Empty for no enumerator.
[[nodiscard]] constexpr std::string_view to_string(CancelGuard guard) {
  switch (guard) {
    case CancelGuard::NotOpen:
      return "not_open";
    case CancelGuard::Off:
      return "off";
    case CancelGuard::Suspended:
      return "suspended";
    case CancelGuard::UnderWay:
      return "under_way";
    case CancelGuard::NoServerTime:
      return "no_server_time";
    case CancelGuard::ClockUncertain:
      return "clock_uncertain";
    case CancelGuard::ClockJumped:
      return "clock_jumped";
    case CancelGuard::ClocksDisagree:
      return "clocks_disagree";
    case CancelGuard::NotSwept:
      return "not_swept";
    case CancelGuard::StoreRecovered:
      return "store_recovered";
    case CancelGuard::MachineUnknown:
      return "machine_unknown";
    case CancelGuard::NotGoverned:
      return "not_governed";
    case CancelGuard::Never:
      return "never";
    case CancelGuard::Decided:
      return "decided";
    case CancelGuard::Permission:
      return "permission";
    case CancelGuard::RoleInDoubt:
      return "role_in_doubt";
    case CancelGuard::PolicyLimit:
      return "policy_limit";
    case CancelGuard::TotalLimit:
      return "total_limit";
    case CancelGuard::Quota:
      return "quota";
  }
  return {};
}

/// When a cancel is judged.
enum class CancelMoment : std::uint8_t {
  Age,           ///< ages are about to be compared, for whatever purpose
  Decide,        ///< a policy is about to decide; what explains it asks the same
  Ask,           ///< an operator asks for a decision
  Call,          ///< a call of a policy's decision is about to leave: the re-read or the POST
  OperatorCall,  ///< likewise of an operator's
  Stand,         ///< between the re-read and the POST: does the decision still stand?
};

/// A limit that is reached.
struct LimitHit {
  CancelGuard guard = CancelGuard::TotalLimit;
  int limit = 0;
};

/// What the guards look at beside the time. The defaults hold nothing back.
struct CancelFacts {
  bool open = true;
  bool off = false;
  bool suspended = false;
  bool under_way = false;
  bool policies_held = false;    ///< the store was recovered within the hour
  bool machine_unknown = false;  ///< an earlier policy may govern
  bool governed = true;
  bool never = false;  ///< never_cancelled() names a reason
  bool decided = false;
  bool forbidden = false;  ///< the permission is missing
  bool role_in_doubt = false;
  std::optional<LimitHit> limit{};
  bool calls_left = true;
};

/// The first guard that forbids the cancel at that moment; nothing if it may proceed. Nothing else
/// decides whether an action may be cancelled.
[[nodiscard]] std::optional<CancelGuard> first_guard(CancelMoment moment, const CancelFacts& facts,
                                                     const CancelTime& time);

/// Which other actions a guard holds back alike.
enum class CancelScope : std::uint8_t { Action, Policy, Region };
[[nodiscard]] CancelScope scope_of(CancelGuard guard);

}  // namespace mactiond::core
