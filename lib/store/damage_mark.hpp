#pragma once

#include <optional>
#include <string>

namespace mactiond::store {

// A file beside the store's: damage was met while the store was in use. The next start recovers the
// store, although its own check may not meet that damage again.

/// path: of the store's file. As durable as the file system lets it be.
void put_damage_mark(const std::string& path, const std::string& cause);

/// The cause; empty if it could not be written. Nothing where there is no mark, or where another
/// file is at path now: the mark says nothing about a backup that was put in its place.
[[nodiscard]] std::optional<std::string> read_damage_mark(const std::string& path);

void remove_damage_mark(const std::string& path);

}  // namespace mactiond::store
