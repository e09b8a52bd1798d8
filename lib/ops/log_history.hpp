#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/recovery.hpp"

namespace mactiond::ops {

// What the lines of a transition log say that is there already: in the file, and in the rotated
// ones beside it (see rotated_files.hpp; plain or compressed by gzip).

/// The last whole line of ours: of the file at path, else of the rotated file that got furthest.
[[nodiscard]] std::optional<core::LogEnd> read_log_end(const std::string& path);

/// core::id_print() of the events in the newest 256 MiB of lines, sorted.
[[nodiscard]] std::vector<std::uint64_t> read_logged_ids(const std::string& path);

}  // namespace mactiond::ops
