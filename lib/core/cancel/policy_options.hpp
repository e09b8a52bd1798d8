#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace mactiond::core {

enum class PolicyAction : std::uint8_t { Cancel, Notify, Ignore };

[[nodiscard]] constexpr std::string_view to_string(PolicyAction action) {
  switch (action) {
    case PolicyAction::Cancel:
      return "cancel";
    case PolicyAction::Notify:
      return "notify";
    case PolicyAction::Ignore:
      return "ignore";
  }
  return "";
}

/// The server's stamp that an action's age is counted from.
enum class StaleSince : std::uint8_t { Created, Updated };

[[nodiscard]] constexpr std::string_view to_string(StaleSince since) {
  switch (since) {
    case StaleSince::Created:
      return "created";
    case StaleSince::Updated:
      return "updated";
  }
  return "";
}

/// [policy.match]: all keys that are given must fit; a list is given if it is not empty, and fits
/// if one of its globs does. A value that the API did not send fits nothing but `*`.
struct PolicyMatch {
  std::vector<std::string> region;
  std::vector<std::string> type;
  std::vector<std::string> status;
  std::vector<std::string> requestor;
  std::vector<std::string> request_source;
  std::vector<std::string> computer;
  std::vector<std::string> comment;
  // Of the machine: see Policies::governing for one that is not known yet.
  std::vector<std::string> machine_group{};
  std::vector<std::string> machine_tag{};
};

/// [[policy]]
struct PolicyOptions {
  std::string name;
  PolicyAction action = PolicyAction::Notify;
  bool dry_run = false;
  Duration stale_after{};  ///< above zero unless action is Ignore
  StaleSince stale_since = StaleSince::Created;
  std::optional<int> max_per_hour;  ///< nothing: only CancelOptions::max_per_hour holds
  std::string comment = "Cancelled by mactiond ({policy}): {status} for {age}";
  PolicyMatch match;
};

/// [cancel]
struct CancelOptions {
  int max_per_hour = 60;  ///< over all policies; 0: nothing is ever cancelled
};

}  // namespace mactiond::core
