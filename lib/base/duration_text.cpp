#include "base/duration_text.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace mactiond {
namespace {

struct Unit {
  std::string_view suffix;
  Duration length;
};

// Largest first.
constexpr std::array<Unit, 5> kUnits = {{{"d", std::chrono::hours(24)},
                                         {"h", std::chrono::hours(1)},
                                         {"m", std::chrono::minutes(1)},
                                         {"s", std::chrono::seconds(1)},
                                         {"ms", std::chrono::milliseconds(1)}}};

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, count);
  constexpr std::int64_t kCountMax = 1'000'000;
  if (error != std::errc{} || count < 0 || count > kCountMax) return std::nullopt;
  const std::string_view suffix(end, static_cast<std::size_t>(last - end));
  for (const Unit& unit : kUnits) {
    if (suffix == unit.suffix) return count * unit.length;
  }
  return std::nullopt;
}

std::string duration_text(Duration value) {
  for (const Unit& unit : kUnits) {
    if (value >= unit.length && value % unit.length == Duration{}) {
      return std::to_string(value / unit.length) + std::string(unit.suffix);
    }
  }
  return std::to_string(to_milliseconds(value)) + "ms";
}

}  // namespace mactiond
