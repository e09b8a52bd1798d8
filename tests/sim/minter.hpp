#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/time.hpp"
#include "sim/entity.hpp"
#include "sim/traits.hpp"

namespace mactiond::sim {

/// Makes what the service makes up by itself: ids, stamps, and the entity of a new action.
class Minter {
 public:
  explicit Minter(std::uint64_t seed) : random_(seed) {}

  /// digits: of the fraction of its stamps; nothing: they vary.
  [[nodiscard]] Entity make_entity(const Spec& spec, std::optional<int> digits, WallTime now);
  /// at, cut to this many fraction digits.
  [[nodiscard]] WallTime make_stamp(WallTime at, std::optional<int> fixed_digits);
  /// What gives stamps their last digits.
  [[nodiscard]] Duration below_a_millisecond();

 private:
  [[nodiscard]] std::string make_guid();
  [[nodiscard]] std::string make_hex(std::size_t digits);

  Random random_;
};

/// Gives the entity a status, with all that goes with it but who cancelled.
void set_status(Entity& entity, std::string_view status, WallTime stamp);

}  // namespace mactiond::sim
