#include "config/guid.hpp"

#include <cstddef>

#include "base/text.hpp"

namespace mactiond::config {

std::optional<std::string> guid_digits(std::string_view text) {
  constexpr std::size_t kDigits = 32;
  std::string digits;
  for (const char c : to_lower(text)) {
    if (c != '-' && c != '{' && c != '}') digits += c;
  }
  const bool fits =
      digits.size() == kDigits && digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!fits) return std::nullopt;
  return digits;
}

bool is_guid_with_hyphens(std::string_view text) {
  constexpr std::string_view kShape = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
  if (text.size() != kShape.size() || !guid_digits(text)) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((kShape[i] == '-') != (text[i] == '-')) return false;
  }
  return true;
}

}  // namespace mactiond::config
