#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace mactiond {

// For an enum class that begins with 0 and has no gaps. Its to_string() is constexpr, a switch over
// its values, and gives "" for anything else. A value without a name does not compile (-Wswitch); a
// value that was added is in every list made from here.

namespace detail {

template <class E>
consteval std::size_t count_values() {
  std::size_t count = 0;
  while (!to_string(static_cast<E>(count)).empty()) ++count;
  return count;
}

template <class E>
consteval std::array<E, count_values<E>()> list_values() {
  std::array<E, count_values<E>()> values{};
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<E>(i);
  return values;
}

}  // namespace detail

/// All values, in their order.
template <class E>
inline constexpr auto kValuesOf = detail::list_values<E>();

/// The value of that name, spelled exactly so.
template <class E>
[[nodiscard]] constexpr std::optional<E> value_named(std::string_view name) {
  for (const E value : kValuesOf<E>) {
    if (to_string(value) == name) return value;
  }
  return std::nullopt;
}

}  // namespace mactiond
