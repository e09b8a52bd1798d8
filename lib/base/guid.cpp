#include "base/guid.hpp"

#include <cstddef>

#include "base/text.hpp"

namespace mactiond {

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

namespace {

constexpr std::string_view kShape = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";

}  // namespace

bool is_guid_with_hyphens(std::string_view text) {
  if (text.size() != kShape.size() || !guid_digits(text)) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((kShape[i] == '-') != (text[i] == '-')) return false;
  }
  return true;
}

std::optional<std::string> find_guid(std::string_view text) {
  for (std::size_t at = 0; at + kShape.size() <= text.size(); ++at) {
    const std::string_view part = text.substr(at, kShape.size());
    if (is_guid_with_hyphens(part)) return to_lower(part);
  }
  return std::nullopt;
}

}  // namespace mactiond
