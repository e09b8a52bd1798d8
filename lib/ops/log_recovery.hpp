#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace mactiond::ops {

/// How a transition log's file was found.
struct LogTail {
  std::uint64_t whole = 0;  ///< length up to the end of the last whole line
  std::uint64_t next = 1;   ///< the first event that is not in the file
  /// The lines are ours beyond doubt. Otherwise a file that is not at the log's path is another
  /// program's, and its torn last line is not ours to cut.
  bool ours = false;
};

/// The offset after the last newline before `before`; 0 if there is none.
[[nodiscard]] Result<std::uint64_t> line_start(int fd, std::uint64_t before);

/// Reads an open file from a committed offset, at which the line of event first_seq begins.
///
/// Where the file does not fit that position (truncated, or never written out before a power loss)
/// the number on its last whole line shows how far it got.
[[nodiscard]] Result<LogTail> examine_log(int fd, std::uint64_t size, std::uint64_t offset,
                                          std::uint64_t first_seq);

/// Reads a file of which no position is known. next is the number after that on its last whole
/// line; 0 if none carries one. Looks a few MiB back, no further.
[[nodiscard]] Result<LogTail> examine_log(int fd, std::uint64_t size);

}  // namespace mactiond::ops
