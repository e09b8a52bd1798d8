#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace mactiond::core {

/// A region or an outbox with the serial that it alone ever has. An answer for a removed one does
/// not go to another that has its name.
template <class Part>
struct Slot {
  std::uint64_t serial = 0;
  Part part;
};

/// The one with this name; nothing if there is none.
template <class Part>
[[nodiscard]] Slot<Part>* find_named(std::vector<Slot<Part>>& slots, const std::string& name) {
  const auto found = std::find_if(slots.begin(), slots.end(),
                                  [&](const Slot<Part>& slot) { return slot.part.name() == name; });
  return found == slots.end() ? nullptr : &*found;
}

/// The one with this serial; nothing if it left.
template <class Part>
[[nodiscard]] Slot<Part>* find_serial(std::vector<Slot<Part>>& slots, std::uint64_t serial) {
  const auto found = std::find_if(slots.begin(), slots.end(),
                                  [&](const Slot<Part>& slot) { return slot.serial == serial; });
  return found == slots.end() ? nullptr : &*found;
}

}  // namespace mactiond::core
