#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mactiond::ctl {

// The key under which the daemon knows a submission: the same one never makes a second.

/// Of a key that somebody chose: the daemon takes 128, and that of a machine is longer.
inline constexpr std::size_t kKeyMax = 100;

/// No other call makes the same.
[[nodiscard]] std::string random_key();

/// One for each machine of many, the same each time. Letter case of the machine does not matter.
[[nodiscard]] std::string key_for(std::string_view key, std::string_view machine);

/// What is wrong with a key that somebody chose, in a sentence that says what to do.
[[nodiscard]] std::optional<std::string> mistake_in_key(std::string_view key);

}  // namespace mactiond::ctl
