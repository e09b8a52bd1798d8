#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "action/submission_comment.hpp"

namespace mactiond::core {

/// kSubmissionIdBegin and 32 hex digits of two random numbers.
[[nodiscard]] inline std::string make_submission_id(std::uint64_t high, std::uint64_t low) {
  return fmt::format("{}{:016x}{:016x}", kSubmissionIdBegin, high, low);
}

}  // namespace mactiond::core
