#include "ops/log_history.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "format/line.hpp"
#include "ops/rotated_files.hpp"

namespace mactiond::ops {
namespace {

/// Of a plain file so much is read from its end on to find its last line: a line has at most about
/// one MiB, and others may have written behind it.
constexpr std::uint64_t kTail = 4ULL * 1024 * 1024;
constexpr std::uint64_t kIdBytes = 256ULL * 1024 * 1024;
constexpr unsigned kChunk = 256 * 1024;
/// Events of one poll are seen at once, whatever their times; so many are looked at.
constexpr std::size_t kFirstLines = 100;
/// What is longer is no line of ours.
constexpr std::size_t kLineMax = 8 * 1024 * 1024;

struct LogFile {
  std::string path;
  std::uint64_t size = 0;
  timespec written{};
  bool compressed = false;
};

bool newer(const LogFile& one, const LogFile& other) {
  if (one.written.tv_sec != other.written.tv_sec) return one.written.tv_sec > other.written.tv_sec;
  if (one.written.tv_nsec != other.written.tv_nsec) {
    return one.written.tv_nsec > other.written.tv_nsec;
  }
  return one.path < other.path;
}

std::optional<LogFile> look_at(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return std::nullopt;
  return LogFile{path, static_cast<std::uint64_t>(found.st_size), found.st_mtim,
                 path.ends_with(".gz")};
}

/// The newest first.
std::vector<LogFile> rotated_files(const std::string& path) {
  std::vector<LogFile> files;
  for (const std::string& found : rotated_beside(path)) {
    if (auto file = look_at(found)) files.push_back(std::move(*file));
  }
  std::sort(files.begin(), files.end(), newer);
  return files;
}

/// Gives each whole line of the file, plain or compressed, from offset on. How many bytes it read.
std::uint64_t each_line(const LogFile& file, std::uint64_t offset,
                        const std::function<void(std::string_view)>& take) {
  const int fd = ::open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) return 0;
  if (offset > 0) ::lseek(fd, static_cast<off_t>(offset), SEEK_SET);
  gzFile stream = ::gzdopen(fd, "rb");
  if (stream == nullptr) {
    ::close(fd);
    return 0;
  }
  std::string chunk(kChunk, '\0');
  std::string line;
  std::uint64_t bytes = 0;
  for (int n = 0; (n = ::gzread(stream, chunk.data(), kChunk)) > 0;) {
    bytes += static_cast<std::uint64_t>(n);
    std::string_view rest(chunk.data(), static_cast<std::size_t>(n));
    for (std::size_t end = 0; (end = rest.find('\n')) != std::string_view::npos;) {
      line.append(rest.substr(0, end));
      if (line.find('\0') == std::string::npos) take(line);
      line.clear();
      rest.remove_prefix(end + 1);
    }
    if (line.size() < kLineMax) line.append(rest);
  }
  ::gzclose(stream);
  return bytes;
}

std::optional<core::LogEnd> end_of(const LogFile& file) {
  std::optional<core::LogEnd> end;
  const bool from_tail = !file.compressed && file.size > kTail;
  each_line(file, from_tail ? file.size - kTail : 0, [&](std::string_view line) {
    const auto facts = format::facts_of_line(line);
    if (!facts) return;
    const WallTime before = end ? end->time : WallTime{};
    end = core::LogEnd{facts->seq, facts->time.value_or(before)};
  });
  return end;
}

/// What a line says that is remembered of it.
struct SeenLine {
  std::uint64_t end = 0;  ///< how many bytes of the file were read with it
  std::uint64_t seq = 0;
  std::uint64_t print = 0;
  WallTime time{};
};

struct Window {
  std::deque<SeenLine> lines;
  std::uint64_t bytes = 0;  ///< that were read
};

/// The lines in the last `most` bytes of the file, unpacked.
Window read_newest(const LogFile& file, std::uint64_t most) {
  Window window;
  const std::uint64_t skip = !file.compressed && file.size > most ? file.size - most : 0;
  std::uint64_t end = 0;
  window.bytes = each_line(file, skip, [&](std::string_view line) {
    end += line.size() + 1;
    const auto facts = format::facts_of_line(line);
    if (!facts || facts->id.empty()) return;
    window.lines.push_back(
        {end, facts->seq, core::id_print(facts->id), facts->time.value_or(WallTime{})});
    while (window.lines.front().end + most < end) window.lines.pop_front();
  });
  return window;
}

std::optional<core::LogHistory::Gone> gone_before(const std::deque<SeenLine>& oldest,
                                                  const timespec& written) {
  if (oldest.empty() || oldest.front().seq == 1) return std::nullopt;
  core::LogHistory::Gone gone;
  gone.written =
      WallTime(std::chrono::seconds(written.tv_sec) +
               std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(written.tv_nsec)));
  for (std::size_t i = 0; i < std::min(oldest.size(), kFirstLines); ++i) {
    gone.next = std::max(gone.next, oldest[i].time);
  }
  return gone;
}

}  // namespace

std::optional<core::LogEnd> read_log_end(const std::string& path) {
  if (const auto current = look_at(path)) {
    if (auto end = end_of(*current)) return end;
  }
  std::optional<core::LogEnd> furthest;
  bool unpacked = false;
  for (const LogFile& file : rotated_files(path)) {
    // The newest compressed one suffices: unpacking all of them could take minutes.
    if (file.compressed && unpacked) continue;
    const auto end = end_of(file);
    unpacked |= file.compressed && end;
    if (end && (!furthest || end->seq > furthest->seq)) furthest = end;
  }
  return furthest;
}

std::string unread_rotation(const std::string& path) {
  if (const auto current = look_at(path); current && end_of(*current)) return {};
  for (const LogFile& file : rotated_files(path)) {
    if (file.size == 0) continue;
    return end_of(file) ? std::string() : file.path;
  }
  return {};
}

core::LogHistory read_log_history(const std::string& path) {
  std::vector<LogFile> files = rotated_files(path);
  if (auto current = look_at(path)) files.insert(files.begin(), std::move(*current));
  core::LogHistory history;
  std::uint64_t left = kIdBytes;
  for (const LogFile& file : files) {
    Window window = read_newest(file, left);
    for (const SeenLine& line : window.lines) history.ids.push_back(line.print);
    if (!window.lines.empty()) {
      history.gone = gone_before(window.lines, file.written);
    }
    if (window.bytes >= left) break;
    left -= window.bytes;
  }
  std::sort(history.ids.begin(), history.ids.end());
  history.ids.erase(std::unique(history.ids.begin(), history.ids.end()), history.ids.end());
  return history;
}

}  // namespace mactiond::ops
