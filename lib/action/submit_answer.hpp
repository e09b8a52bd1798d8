#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "action/machine_action.hpp"
#include "base/outcome.hpp"

namespace mactiond {

/// What the answer to a POST that starts an action means for it. Only after Unknown may the POST
/// have started one although nothing shows it.
enum class SubmitMeaning : std::uint8_t {
  Accepted,         ///< `action` is the one that was started, or one that was in progress before
  Busy,             ///< another action is in progress on the machine
  Refused,          ///< the same request would be refused again
  NotAllowed,       ///< the permission is missing; in a new token it may be there
  MachineNotFound,  ///< the tenant has no such machine
  Wait,             ///< the quota is used up
  TokenRejected,    ///< once more with a new token
  NotSent,          ///< there was no connection
  Unknown,          ///< the list of actions shows what happened
};

[[nodiscard]] constexpr std::string_view to_string(SubmitMeaning meaning) {
  switch (meaning) {
    case SubmitMeaning::Accepted:
      return "accepted";
    case SubmitMeaning::Busy:
      return "busy";
    case SubmitMeaning::Refused:
      return "refused";
    case SubmitMeaning::NotAllowed:
      return "not_allowed";
    case SubmitMeaning::MachineNotFound:
      return "machine_not_found";
    case SubmitMeaning::Wait:
      return "wait";
    case SubmitMeaning::TokenRejected:
      return "token_rejected";
    case SubmitMeaning::NotSent:
      return "not_sent";
    case SubmitMeaning::Unknown:
      return "unknown";
  }
  return "";
}

struct SubmitAnswer {
  SubmitMeaning meaning = SubmitMeaning::Unknown;
  Outcome outcome;
  std::optional<MachineAction> action{};  ///< of Accepted
  /// An id that a refusal as Busy names: of the action in progress, or of something else.
  std::optional<ActionId> named{};
  std::string sentence;  ///< what is wrong and what to do; empty if accepted
};

}  // namespace mactiond
