#pragma once

#include <optional>
#include <string>

#include "core/recovery.hpp"

namespace mactiond::ops {

// What the lines of a transition log say that is there already: in the file, and in the rotated
// ones beside it (see rotated_files.hpp; plain or compressed by gzip).

/// The last whole line of ours: of the file at path, else of the rotated file that got furthest.
[[nodiscard]] std::optional<core::LogEnd> read_log_end(const std::string& path);

/// The newest rotated file that holds something, if no line of ours can be read from it nor from
/// the file at path; empty: there is none. It may be compressed otherwise than by gzip.
[[nodiscard]] std::string unread_rotation(const std::string& path);

/// The events of the newest 256 MiB of lines.
[[nodiscard]] core::LogHistory read_log_history(const std::string& path);

}  // namespace mactiond::ops
