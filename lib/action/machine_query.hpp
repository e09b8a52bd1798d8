#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mactiond {

/// What one call for the machines of a name asks.
struct MachineQuery {
  enum class Kind : std::uint8_t {
    Name,        ///< machines of exactly this name
    FirstLabel,  ///< machines whose full name begins with this label
  };
  Kind kind = Kind::Name;
  std::string name;  ///< is_machine_name, in lower case
  bool operator==(const MachineQuery&) const = default;
};

/// A call asks for no more machines; as many may not be all.
inline constexpr std::size_t kMachinesMax = 100;

/// The first query for a name as somebody wrote it; nothing if no machine can have it.
[[nodiscard]] std::optional<MachineQuery> first_query(std::string_view name);

/// The query after one that found nothing; nothing if there is no such machine.
[[nodiscard]] std::optional<MachineQuery> query_after(const MachineQuery& fruitless);

}  // namespace mactiond
