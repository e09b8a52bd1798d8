#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "format/line.hpp"
#include "ops/log_file.hpp"
#include "ops/log_recovery.hpp"

namespace mactiond::ops {

class PastLines;

/// The file's position; mirrors store::LogPosition, which ops may not include.
struct LogFilePosition {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;
  std::uint64_t first_seq = 1;
  bool operator==(const LogFilePosition&) const = default;
};

struct LogOpening {
  std::string path;
  LogSync sync = LogSync::Batch;
  format::LineFormat format{};
  /// From the store. Nothing on first start: then the file, if it exists, is appended to from its
  /// end, after its torn last line was cut off.
  std::optional<LogFilePosition> committed{};
  std::uint64_t last_seq = 0;  ///< the newest event that is known
  std::uint64_t first = 1;     ///< the event to be written next where nothing is committed
  PastLines* past = nullptr;   ///< of the same path, if it was read already
};

/// Where the log continues in the file at its path, and with which event. What precedes it in a
/// renamed file is finished on the way.
[[nodiscard]] Result<LogTail> find_place(const LogFile& file, const LogOpening& opening);

}  // namespace mactiond::ops
