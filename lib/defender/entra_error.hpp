#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.hpp"

namespace mactiond::defender {

/// Whether the same request may succeed later.
enum class Again : std::uint8_t {
  Never,  ///< not until somebody corrects something
  Slow,   ///< in minutes: what was corrected spreads slowly, or the endpoint wants to be left alone
  Soon,   ///< trouble at Microsoft that passes
};

/// What one AADSTS number of the token endpoint means, and what to do about it. Microsoft may
/// change the numbers: they explain an error to an operator, and decide nothing but when to ask
/// again.
struct EntraError {
  std::int64_t number = 0;
  std::string_view sentence;
  std::string_view remedy;  ///< empty: nothing to do but wait
  Again again = Again::Never;
  std::optional<Duration> wait{};  ///< how long the endpoint wants no request
};

/// The known numbers, in ascending order.
[[nodiscard]] std::span<const EntraError> entra_errors();
/// Null for a number that is not known.
[[nodiscard]] const EntraError* find_entra_error(std::int64_t number);

}  // namespace mactiond::defender
