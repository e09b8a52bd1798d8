#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <random>
#include <string>

namespace mactiond::daemon {

/// 64 bits of the system's randomness.
[[nodiscard]] inline std::uint64_t random_bits() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

/// A random GUID (version 4): never the same twice.
[[nodiscard]] inline std::string random_guid() {
  constexpr std::uint64_t kVersion = 0x4000U;
  constexpr std::uint64_t kVariant = std::uint64_t{2} << 62U;
  const std::uint64_t high = (random_bits() & ~std::uint64_t{0xF000U}) | kVersion;
  const std::uint64_t low = (random_bits() >> 2U) | kVariant;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xFFFFU,
                     high & 0xFFFFU, low >> 48U, low & 0xFFFFFFFFFFFFU);
}

}  // namespace mactiond::daemon
