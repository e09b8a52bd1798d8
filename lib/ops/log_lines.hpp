#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "core/recovery.hpp"

namespace mactiond::ops {

/// A file of the transition log, current or rotated.
struct HistoryFile {
  std::string path;
  std::uint64_t size = 0;
  std::optional<std::uint64_t> first_seq{};  ///< of its first line of ours
  WallTime written{};                        ///< last
  bool compressed = false;
};

/// What is kept of a line.
struct SeenLine {
  std::uint64_t end = 0;  ///< how many bytes of the file were read with it
  std::uint64_t seq = 0;
  std::uint64_t id_hash = 0;
  WallTime time{};
};

/// The lines of ours in a file.
struct LogLines {
  std::deque<SeenLine> lines;
  std::map<std::string, core::RegionPast, std::less<>> regions;
  std::optional<std::uint64_t> last_seq;  ///< of the last whole line
  std::uint64_t bytes = 0;                ///< that were read
  bool failed = false;                    ///< not all of it could be read
};

/// The lines in the last `most` bytes of the file, unpacked.
[[nodiscard]] LogLines read_newest(const HistoryFile& file, std::uint64_t most,
                                   const std::function<void()>& on_progress);

/// The seq of the first line of ours, if it is near the file's beginning, plain or compressed.
[[nodiscard]] std::optional<std::uint64_t> first_seq_of(const std::string& path);

/// The seq of the last whole line of a plain file.
[[nodiscard]] std::optional<std::uint64_t> last_seq_of(const HistoryFile& file);

}  // namespace mactiond::ops
