#include "ops/log_history.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "ops/log_lines.hpp"
#include "ops/rotated_files.hpp"

namespace mactiond::ops {
namespace {

constexpr std::uint64_t kHistoryBytes = 256ULL * 1024 * 1024;
/// Events of one poll are seen at once, whatever their times; this many are looked at.
constexpr std::size_t kFirstLines = 100;

std::optional<HistoryFile> look_at(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return std::nullopt;
  const auto written =
      std::chrono::seconds(found.st_mtim.tv_sec) + std::chrono::nanoseconds(found.st_mtim.tv_nsec);
  return HistoryFile{path,
                     static_cast<std::uint64_t>(found.st_size),
                     {},
                     WallTime(std::chrono::duration_cast<Duration>(written)),
                     path.ends_with(".gz")};
}

bool has_later_lines(const HistoryFile& one, const HistoryFile& other) {
  return std::tie(other.first_seq, other.written, one.path) <
         std::tie(one.first_seq, one.written, other.path);
}

bool was_written_later(const HistoryFile& one, const HistoryFile& other) {
  return std::tie(other.written, one.path) < std::tie(one.written, other.path);
}

/// The newest first. A copy may have any time: its lines say what it is, and only a file without a
/// line of ours goes by its time.
std::vector<HistoryFile> rotated_files(const std::string& path) {
  std::vector<HistoryFile> files;
  std::vector<HistoryFile> unknown;
  for (const std::string& found : rotated_beside(path)) {
    auto file = look_at(found);
    if (!file) continue;
    file->first_seq = first_seq_of(found);
    (file->first_seq ? files : unknown).push_back(std::move(*file));
  }
  std::sort(files.begin(), files.end(), has_later_lines);
  std::sort(unknown.begin(), unknown.end(), was_written_later);
  auto place = files.begin();
  for (HistoryFile& file : unknown) {
    place = std::find_if(place, files.end(),
                         [&](const HistoryFile& known) { return known.written <= file.written; });
    place = std::next(files.insert(place, std::move(file)));
  }
  return files;
}

std::optional<core::LogHistory::Gone> gone_before(const std::deque<SeenLine>& oldest,
                                                  WallTime written) {
  if (oldest.empty() || oldest.front().seq == 1) return std::nullopt;
  core::LogHistory::Gone gone;
  gone.written = written;
  for (std::size_t i = 0; i < std::min(oldest.size(), kFirstLines); ++i) {
    gone.next = std::max(gone.next, oldest[i].time);
  }
  return gone;
}

/// Puts what an older file says before what is known.
void add_older(std::map<std::string, core::RegionPast>& known, const LogLines& older) {
  for (const auto& [name, past] : older.regions) {
    core::RegionPast& whole = known.try_emplace(name, core::RegionPast{name}).first->second;
    if (!whole.last_seen) whole.last_seen = past.last_seen;
    whole.swept |= past.swept;
    whole.turns.insert(whole.turns.begin(), past.turns.begin(), past.turns.end());
  }
}

}  // namespace

PastLines::PastLines(std::string path, std::function<void()> on_progress)
    : path_(std::move(path)), on_progress_(std::move(on_progress)) {}

PastLines::~PastLines() = default;

const LogLines& PastLines::unpacked(const HistoryFile& file) {
  std::unique_ptr<LogLines>& lines = unpacked_[file.path];
  if (!lines) lines = std::make_unique<LogLines>(read_newest(file, kHistoryBytes, on_progress_));
  return *lines;
}

std::optional<std::uint64_t> PastLines::end_of(const HistoryFile& file) {
  return file.compressed ? unpacked(file).last_seq : last_seq_of(file);
}

bool PastLines::is_empty(const HistoryFile& file) {
  if (file.size == 0 || !file.compressed) return file.size == 0;
  const LogLines& lines = unpacked(file);
  return lines.bytes == 0 && !lines.failed;
}

bool PastLines::is_torn(const HistoryFile& file) {
  return file.compressed && unpacked(file).failed;
}

std::optional<std::uint64_t> PastLines::last_seq() {
  if (const auto current = look_at(path_)) {
    if (auto end = end_of(*current)) return end;
  }
  return last_rotated(std::numeric_limits<std::uint64_t>::max());
}

std::optional<std::uint64_t> PastLines::last_rotated(std::uint64_t at_most) {
  std::optional<std::uint64_t> furthest;
  bool unpacked_one = false;
  for (const HistoryFile& file : rotated_files(path_)) {
    // The newest compressed one suffices: unpacking all of them could take minutes.
    if (file.compressed && unpacked_one) continue;
    const auto end = end_of(file);
    unpacked_one |= file.compressed && end;
    if (end && *end <= at_most) furthest = std::max(furthest.value_or(0), *end);
  }
  return furthest;
}

std::string PastLines::unread_rotation() {
  if (const auto current = look_at(path_); current && end_of(*current)) return {};
  std::string torn;
  std::uint64_t torn_at = 0;
  for (const HistoryFile& file : rotated_files(path_)) {
    if (is_empty(file)) continue;
    const auto end = end_of(file);
    if (end && !is_torn(file)) return *end >= torn_at ? std::string() : torn;
    if (torn.empty()) torn = file.path;
    if (!end) return torn;
    torn_at = std::max(torn_at, *end);
  }
  return torn;
}

core::LogHistory PastLines::history() {
  std::vector<HistoryFile> files = rotated_files(path_);
  if (auto current = look_at(path_)) files.insert(files.begin(), std::move(*current));
  core::LogHistory history;
  std::map<std::string, core::RegionPast> regions;
  std::uint64_t left = kHistoryBytes;
  for (const HistoryFile& file : files) {
    LogLines plain;
    if (!file.compressed) plain = read_newest(file, left, on_progress_);
    const LogLines& found = file.compressed ? unpacked(file) : plain;
    for (const SeenLine& line : found.lines) history.ids.push_back(line.id_hash);
    if (!found.lines.empty()) history.gone = gone_before(found.lines, file.written);
    add_older(regions, found);
    if (found.bytes >= left) break;
    left -= found.bytes;
  }
  std::sort(history.ids.begin(), history.ids.end());
  history.ids.erase(std::unique(history.ids.begin(), history.ids.end()), history.ids.end());
  for (auto& [name, past] : regions) history.regions.push_back(std::move(past));
  return history;
}

}  // namespace mactiond::ops
