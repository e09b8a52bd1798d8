#pragma once

#include <cstdint>
#include <string_view>

#include "action/start_answer.hpp"
#include "core/submission.hpp"

namespace mactiond::core {

/// What the answer means for the submission.
enum class SubmitResult : std::uint8_t {
  Taken,     ///< the API has made the action
  Blocked,   ///< another action of the machine is in the way; nothing was made
  NoEffect,  ///< certainly nothing was made, and the same POST may be sent again
  Refused,   ///< nothing was made, and the same POST will be refused again
  Doubt,     ///< not known
};

/// The only place where an answer is judged.
[[nodiscard]] SubmitResult judge(const Submission& submission, const StartAnswer& answer);

/// The word for what the API refused; only with SubmitResult::Refused.
[[nodiscard]] std::string_view refusal_word(const Outcome& outcome);

}  // namespace mactiond::core
