#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "action/machine_action.hpp"
#include "base/outcome.hpp"
#include "core/submission.hpp"

namespace mactiond::core {

/// What came back from the POST of a submission.
struct SubmitAnswer {
  Outcome outcome;
  /// Nothing of the request left this machine: the connection was refused, or was not begun.
  bool unsent = false;
  std::optional<MachineAction> action{};  ///< where the outcome is ok and the body has one
};

/// What the answer means for the submission.
enum class SubmitResult : std::uint8_t {
  Taken,     ///< the API has made the action
  Blocked,   ///< another action of the machine is in the way; nothing was made
  NoEffect,  ///< certainly nothing was made, and the same POST may be sent again
  Refused,   ///< nothing was made, and the same POST will be refused again
  Doubt,     ///< not known
};

/// The only place where an answer is judged.
[[nodiscard]] SubmitResult judge(const Submission& submission, const SubmitAnswer& answer);

/// The word for what the API refused; only with SubmitResult::Refused.
[[nodiscard]] std::string_view refusal_word(const Outcome& outcome);

/// The first GUID in the text, in lower case: the API's ids of actions look so, those of machines
/// do not.
[[nodiscard]] std::optional<ActionId> named_action(std::string_view text);

}  // namespace mactiond::core
