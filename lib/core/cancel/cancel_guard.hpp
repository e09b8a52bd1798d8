#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace mactiond::core {

/// What holds a cancel back although a policy asks for it. docs/policies.md names the test of each.
enum class CancelGuard : std::uint8_t {
  Off,             ///< [cancel] max_per_hour = 0
  Suspended,       ///< by an operator
  NotSwept,        ///< no complete sweep since the start: what is known may be out of date
  NoServerTime,    ///< the API has not answered yet: ages are unknown
  ClockUncertain,  ///< the API's clock is known too roughly
  ClockJumped,     ///< the API's clock was set a short while ago
  ClocksDisagree,  ///< the API's clock and ours are a day or more apart: one of them is badly wrong
  Permission,      ///< the app registration lacks the permission for this type of action
  PolicyLimit,     ///< max_per_hour of the policy
  TotalLimit,      ///< [cancel] max_per_hour
  Quota,           ///< no calls left for the re-read and the POST
  UnderWay,        ///< a decision to cancel the action has not ended yet
  Decided,         ///< the policy decided for the action in this status before
  StoreRecovered,  ///< the store was recovered within the hour: what was cancelled is not known
};

[[nodiscard]] constexpr std::string_view to_string(CancelGuard guard) {
  switch (guard) {
    case CancelGuard::Off:
      return "off";
    case CancelGuard::Suspended:
      return "suspended";
    case CancelGuard::NotSwept:
      return "not_swept";
    case CancelGuard::NoServerTime:
      return "no_server_time";
    case CancelGuard::ClockUncertain:
      return "clock_uncertain";
    case CancelGuard::ClockJumped:
      return "clock_jumped";
    case CancelGuard::ClocksDisagree:
      return "clocks_disagree";
    case CancelGuard::Permission:
      return "permission";
    case CancelGuard::PolicyLimit:
      return "policy_limit";
    case CancelGuard::TotalLimit:
      return "total_limit";
    case CancelGuard::Quota:
      return "quota";
    case CancelGuard::UnderWay:
      return "under_way";
    case CancelGuard::Decided:
      return "decided";
    case CancelGuard::StoreRecovered:
      return "store_recovered";
  }
  return "off";
}

/// What one region knows about time and completeness at the moment of deciding.
struct CancelTime {
  Now now;
  std::optional<WallTime> server;    ///< the API's clock
  Duration uncertainty{};            ///< of it
  std::optional<MonoTime> jumped;    ///< when it last contradicted itself by minutes
  Duration spacing{};                ///< of calls that the quota bears for ever
  bool swept = false;                ///< a complete sweep succeeded since the start
  std::optional<WallTime> moment{};  ///< server, as ServerClock::moment has it
  MonoTime token_from{};             ///< when the token in use was fetched

  /// What is written down as the time: ours where the API's is unknown.
  [[nodiscard]] WallTime stamp() const { return moment ? *moment : server.value_or(now.wall); }
  /// The API's clock was not behind this at that moment of ours.
  [[nodiscard]] WallTime earliest(MonoTime when) const {
    return server.value_or(now.wall) - uncertainty - (now.mono - when);
  }
};

/// The guard that forbids relying on ages and statuses at all; nothing if they are sound.
[[nodiscard]] std::optional<CancelGuard> guard_of(const CancelTime& time);

}  // namespace mactiond::core
