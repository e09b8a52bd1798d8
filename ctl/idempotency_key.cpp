#include "idempotency_key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <random>

#include "base/text.hpp"

namespace mactiond::ctl {
namespace {

// FNV-1a. Were two machines of one file alike, the daemon would refuse the second.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

}  // namespace

std::string random_key() {
  std::random_device device;
  std::string key = "mactionctl-";
  for (int i = 0; i < 4; ++i) key += fmt::format("{:08x}", device());
  return key;
}

std::string key_for(std::string_view key, std::string_view machine) {
  return fmt::format("{}-{:016x}", key, hash_of(to_lower(machine)));
}

std::optional<std::string> mistake_in_key(std::string_view key) {
  const bool fits = !key.empty() && key.size() <= kKeyMax &&
                    std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (fits) return std::nullopt;
  return "--idempotency-key takes 1 to " + std::to_string(kKeyMax) +
         " ASCII characters without blanks";
}

}  // namespace mactiond::ctl
