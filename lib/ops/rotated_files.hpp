#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mactiond::ops {

/// Whether a file of this name beside the log is a rotated one of it, as logrotate names them:
/// "log.1", "log.2.gz", "log-20261130", "log-2026-11-30_14.zst", "log.gz"; with its option
/// "extension" also "transitions.1.jsonl" and "transitions-20261130.jsonl.xz". Both without their
/// directory. No backup, and no log of another name, is one.
[[nodiscard]] bool is_rotated(std::string_view found, std::string_view log);

/// The paths of the rotated files in the directory of the log at path.
[[nodiscard]] std::vector<std::string> rotated_beside(const std::string& path);

}  // namespace mactiond::ops
