#pragma once

#include <cstdint>
#include <random>

namespace mactiond::daemon {

/// 64 bits of the system's randomness.
[[nodiscard]] inline std::uint64_t random_bits() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

}  // namespace mactiond::daemon
