#include "format/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace mactiond::format {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

}  // namespace

std::string clip(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  const std::size_t room = bytes - std::min(bytes, kEllipsis.size());
  return std::string(cut_utf8(text, room)) + std::string(kEllipsis);
}

std::string clip_line(std::string_view text, std::size_t bytes) {
  std::string line = clip(text, bytes);
  std::replace_if(line.begin(), line.end(), is_control, ' ');
  return line;
}

std::string duration_words(Duration duration) {
  constexpr std::array<std::pair<std::int64_t, std::string_view>, 4> kUnits{
      {{86'400, "d"}, {3'600, "h"}, {60, "min"}, {1, "s"}}};
  const std::int64_t seconds = std::max<std::int64_t>(to_seconds(duration), 0);
  for (std::size_t i = 0; i + 1 < kUnits.size(); ++i) {
    const auto [size, name] = kUnits[i];
    if (seconds < size) continue;
    const auto [next_size, next_name] = kUnits[i + 1];
    const std::int64_t rest = seconds % size / next_size;
    if (rest == 0) return fmt::format("{} {}", seconds / size, name);
    return fmt::format("{} {} {} {}", seconds / size, name, rest, next_name);
  }
  return fmt::format("{} s", seconds);
}

std::string hresult_text(std::int64_t value) {
  return fmt::format("0x{:08X}", static_cast<std::uint32_t>(value));
}

}  // namespace mactiond::format
