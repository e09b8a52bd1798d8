#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/submission_state.hpp"
#include "core/submit/submit_time.hpp"

namespace mactiond::core {

/// Why a submission is not taken or not sent now, in the order in which the reasons are looked for.
enum class SubmitGuard : std::uint8_t {
  Stopping,        ///< the daemon stops
  Disabled,        ///< [submit] enabled = false
  TypeNotAllowed,  ///< [submit] types does not name it
  StoreRecovered,  ///< the store was recovered: the key may have been used before
  WaitOver,        ///< it has waited for its blocker as long as it may
  Overdue,         ///< [submit] send_within has passed
  NoServerTime,    ///< the API has not answered yet: its time is unknown
  ClockUncertain,  ///< the API's clock is known too roughly
  ClocksDisagree,  ///< the API's clock and ours are a day or more apart: one of them is badly wrong
  Degraded,        ///< the region is degraded
  Blocked,         ///< an action of the same type is open on the machine
  HourLimit,       ///< [submit] max_per_hour
  Token,           ///< there is no token, or it was refused and there is no newer one yet
  Quota,           ///< no call is left for the POST
};

/// Empty for no enumerator.
[[nodiscard]] constexpr std::string_view to_string(SubmitGuard guard) {
  switch (guard) {
    case SubmitGuard::Stopping:
      return "stopping";
    case SubmitGuard::Disabled:
      return "disabled";
    case SubmitGuard::TypeNotAllowed:
      return "type_not_allowed";
    case SubmitGuard::StoreRecovered:
      return "store_recovered";
    case SubmitGuard::WaitOver:
      return "wait_over";
    case SubmitGuard::Overdue:
      return "overdue";
    case SubmitGuard::NoServerTime:
      return "no_server_time";
    case SubmitGuard::ClockUncertain:
      return "clock_uncertain";
    case SubmitGuard::ClocksDisagree:
      return "clocks_disagree";
    case SubmitGuard::Degraded:
      return "degraded";
    case SubmitGuard::Blocked:
      return "blocked";
    case SubmitGuard::HourLimit:
      return "hour_limit";
    case SubmitGuard::Token:
      return "token";
    case SubmitGuard::Quota:
      return "quota";
  }
  return {};
}

/// The reason of a submission whose region is no longer configured.
inline constexpr std::string_view kRegionRemoved = "region_removed";

/// When a submission is judged.
enum class SubmitMoment : std::uint8_t {
  Ask,            ///< somebody wants to hand one in
  Keep,           ///< it is in the queue: may it stay there?
  Send,           ///< its POST is about to leave
  CompareStamps,  ///< stamps of the API decide: whether it is lost, what still counts
};

/// What the guards look at beside the time. The defaults hold nothing back.
struct SubmitFacts {
  bool stopping = false;
  bool enabled = true;
  bool type_allowed = true;
  bool key_known = true;
  bool wait_over = false;
  bool overdue = false;
  bool degraded = false;
  bool blocked = false;
  bool limit_reached = false;
  bool token_missing = false;
  bool calls_left = true;
};

/// The first guard that holds at that moment; nothing if it may proceed. Nothing else decides
/// whether an action may be submitted.
[[nodiscard]] std::optional<SubmitGuard> first_guard(SubmitMoment moment, const SubmitFacts& facts,
                                                     const SubmitTime& time);

/// How a submission in the queue ends by the guard; nothing if it is only held back.
[[nodiscard]] std::optional<SubmissionState> end_by(SubmitGuard guard);

}  // namespace mactiond::core
