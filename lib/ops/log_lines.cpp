#include "ops/log_lines.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/enum_values.hpp"
#include "format/line.hpp"
#include "ops/log_file.hpp"
#include "ops/log_recovery.hpp"

namespace mactiond::ops {
namespace {

constexpr int kReading = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
constexpr unsigned kChunk = 256 * 1024;
/// What is longer is no line of ours.
constexpr std::size_t kLineMax = 8 * 1024 * 1024;
constexpr std::uint64_t kProgressBytes = 16ULL * 1024 * 1024;

/// Of a file, plain or compressed; nothing if it cannot be opened.
gzFile open_packed(const std::string& path, std::uint64_t offset) {
  const int fd = ::open(path.c_str(), kReading);
  if (fd < 0) return nullptr;
  if (offset > 0) ::lseek(fd, static_cast<off_t>(offset), SEEK_SET);
  gzFile stream = ::gzdopen(fd, "rb");
  if (stream == nullptr) ::close(fd);
  return stream;
}

struct Reading {
  std::uint64_t bytes = 0;
  bool failed = false;
};

/// Gives each whole line of the file from offset on.
Reading each_line(const HistoryFile& file, std::uint64_t offset,
                  const std::function<void()>& on_progress,
                  const std::function<void(std::string_view)>& take) {
  gzFile stream = open_packed(file.path, offset);
  if (stream == nullptr) return {0, true};
  std::string chunk(kChunk, '\0');
  std::string line;
  std::uint64_t bytes = 0;
  int n = 0;
  while ((n = ::gzread(stream, chunk.data(), kChunk)) > 0) {
    const std::uint64_t before = std::exchange(bytes, bytes + static_cast<std::uint64_t>(n));
    if (on_progress && before / kProgressBytes != bytes / kProgressBytes) on_progress();
    std::string_view rest(chunk.data(), static_cast<std::size_t>(n));
    for (std::size_t end = 0; (end = rest.find('\n')) != std::string_view::npos;) {
      line.append(rest.substr(0, end));
      if (line.find('\0') == std::string::npos) take(line);
      line.clear();
      rest.remove_prefix(end + 1);
    }
    if (line.size() < kLineMax) line.append(rest);
  }
  // A file that ends too early is an error of the close alone.
  const bool closed = ::gzclose(stream) == Z_OK;
  return {bytes, n < 0 || !closed};
}

void keep(std::map<std::string, core::RegionPast, std::less<>>& regions,
          const format::LineFacts& facts) {
  const auto type = value_named<core::EventType>(facts.type);
  if (!type || !facts.time || facts.region.empty()) return;
  const bool degraded = type == core::EventType::RegionDegraded;
  const bool turn = degraded || type == core::EventType::RegionRecovered;
  const bool baseline = type == core::EventType::RegionBaseline;
  if (!turn && !baseline && type != core::EventType::ActionTransition) return;
  auto found = regions.find(facts.region);
  if (found == regions.end()) {
    const std::string name(facts.region);
    found = regions.emplace(name, core::RegionPast{name}).first;
  }
  core::RegionPast& past = found->second;
  past.swept |= baseline;
  if (turn) {
    past.turns.push_back({*facts.time, degraded});
  } else {
    past.last_seen = facts.time;
  }
}

}  // namespace

LogLines read_newest(const HistoryFile& file, std::uint64_t most,
                     const std::function<void()>& on_progress) {
  LogLines found;
  const std::uint64_t skip = !file.compressed && file.size > most ? file.size - most : 0;
  std::uint64_t end = 0;
  const auto take = [&](std::string_view line) {
    end += line.size() + 1;
    const auto facts = format::facts_of_line(line);
    if (!facts) return;
    found.last_seq = facts->seq;
    keep(found.regions, *facts);
    if (facts->id.empty()) return;
    found.lines.push_back(
        {end, facts->seq, core::id_hash(facts->id), facts->time.value_or(WallTime{})});
    while (found.lines.front().end + most < end) found.lines.pop_front();
  };
  const Reading reading = each_line(file, skip, on_progress, take);
  found.bytes = reading.bytes;
  found.failed = reading.failed;
  return found;
}

std::optional<std::uint64_t> first_seq_of(const std::string& path) {
  gzFile stream = open_packed(path, 0);
  if (stream == nullptr) return std::nullopt;
  std::string chunk(kChunk, '\0');
  const int n = ::gzread(stream, chunk.data(), kChunk);
  ::gzclose(stream);
  std::string_view rest(chunk.data(), static_cast<std::size_t>(std::max(n, 0)));
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (const auto seq = format::seq_of_line(rest.substr(0, end))) return seq;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return std::nullopt;
}

std::optional<std::uint64_t> last_seq_of(const HistoryFile& file) {
  const File opened(::open(file.path.c_str(), kReading));
  if (opened.fd() < 0) return std::nullopt;
  const auto tail = examine_log(opened.fd(), file.size);
  if (!tail || tail->next == 0) return std::nullopt;
  return tail->next - 1;
}

}  // namespace mactiond::ops
