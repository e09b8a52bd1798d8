#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace mactiond::store {

/// Makes a new store at path of what can still be read of the damaged one there, row by row. What
/// no program of ours wrote is left out and counted. logged: the log's last event. The damaged file
/// is moved beside it with its -wal and -shm: PATH.damaged-STAMP, or with a number behind where
/// that name is taken. Nothing is ever overwritten.
///
/// A crash at any moment leaves either the damaged store where it was, or the new one.
[[nodiscard]] Result<void> salvage(const std::string& path, const std::string& stamp,
                                   const std::string& damage, std::optional<std::uint64_t> logged);

/// Ends a salvage that a crash interrupted. Before the store is opened.
[[nodiscard]] Result<void> finish_salvage(const std::string& path);

}  // namespace mactiond::store
