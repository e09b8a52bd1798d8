#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace mactiond::core {

/// "sub_" and 32 hex digits of two random numbers.
[[nodiscard]] inline std::string make_submission_id(std::uint64_t high, std::uint64_t low) {
  return fmt::format("sub_{:016x}{:016x}", high, low);
}

}  // namespace mactiond::core
