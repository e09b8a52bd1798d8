#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/recovery.hpp"

namespace mactiond::ops {

struct HistoryFile;
struct LogLines;

/// What the lines of a transition log say that is there already: in the file, and in the rotated
/// ones beside it (see rotated_files.hpp; plain or compressed by gzip). No file is unpacked twice.
class PastLines {
 public:
  /// on_progress: called after every 16 MiB that were read, since that may take minutes.
  explicit PastLines(std::string path, std::function<void()> on_progress = {});
  PastLines(const PastLines&) = delete;
  PastLines& operator=(const PastLines&) = delete;
  ~PastLines();

  /// The event of the last whole line of ours: of the file at path, else of the rotated file that
  /// got furthest.
  [[nodiscard]] std::optional<std::uint64_t> last_seq();

  /// The last event of the rotated file that got furthest, but not beyond at_most.
  [[nodiscard]] std::optional<std::uint64_t> last_rotated(std::uint64_t at_most);

  /// The newest rotated file that holds something, if it cannot be read to its end, no other reads
  /// as far, and the file at path has no line of ours; empty: there is none. It may be compressed
  /// otherwise than by gzip.
  [[nodiscard]] std::string unread_rotation();

  /// The events of the newest 256 MiB of lines.
  [[nodiscard]] core::LogHistory history();

 private:
  [[nodiscard]] std::optional<std::uint64_t> end_of(const HistoryFile& file);
  [[nodiscard]] bool is_empty(const HistoryFile& file);
  /// It ends before its compressed data do.
  [[nodiscard]] bool is_torn(const HistoryFile& file);
  [[nodiscard]] const LogLines& unpacked(const HistoryFile& file);

  std::string path_;
  std::function<void()> on_progress_;
  std::map<std::string, std::unique_ptr<LogLines>> unpacked_;  ///< compressed files, by path
};

}  // namespace mactiond::ops
