#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.hpp"

namespace mactiond::defender {

/// What one AADSTS number of the token endpoint means, and what to do about it. Microsoft may
/// change the numbers: they explain an error to an operator, and only the passing ones decide
/// anything.
struct EntraError {
  std::int64_t number = 0;
  std::string_view sentence;
  std::string_view remedy;         ///< empty: nothing to do but wait
  bool passing = false;            ///< trouble at Microsoft that ends by itself
  std::optional<Duration> wait{};  ///< how long the endpoint wants no request
};

/// The known numbers, in ascending order.
[[nodiscard]] std::span<const EntraError> entra_errors();
/// Null for a number that is not known.
[[nodiscard]] const EntraError* find_entra_error(std::int64_t number);

}  // namespace mactiond::defender
