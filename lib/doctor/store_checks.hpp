#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "doctor/check.hpp"

namespace mactiond::doctor {

/// A directory and the room on its disk.
struct Space {
  std::string directory;
  std::uint64_t free_bytes = 0;  ///< for the daemon's user
  std::uint64_t free_files = 0;
  bool counts_files = true;  ///< some file systems have no limit of files
};
[[nodiscard]] Check space_check(const Target& target, const Result<Space>& space);

/// What is known of the store's content.
struct StoreState {
  std::optional<std::string> trouble{};  ///< why it cannot be read or written now
  bool read_whole = true;                ///< all rows were read since it was opened
};
[[nodiscard]] Check store_check(const StoreState& state);
/// The store could not be opened.
[[nodiscard]] Check store_check(const Error& error);

}  // namespace mactiond::doctor
