#include "ops/log_recovery.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "format/line.hpp"

namespace mactiond::ops {
namespace {

constexpr std::size_t kChunk = 64 * 1024;
constexpr std::size_t kHead = format::kLineHead;
/// How far back a line of ours is looked for behind what others wrote into the file.
constexpr std::uint64_t kSearchBack = 4ULL * 1024 * 1024;

/// A power loss leaves zeros where a page was never written out; no line of ours holds one.
bool has_hole(std::string_view text) { return text.find('\0') != std::string_view::npos; }

/// Reads of an open file. After a failed one result() is its error, and nothing that was read may
/// be acted on.
class Reader {
 public:
  explicit Reader(int fd) : fd_(fd) {}

  /// Shorter than count only at the end of the file, or on an error.
  std::string at(std::uint64_t offset, std::uint64_t count) {
    std::string text(count, '\0');
    std::size_t have = 0;
    while (have < count) {
      const ssize_t n =
          ::pread(fd_, text.data() + have, count - have, static_cast<off_t>(offset + have));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) error_ = errno;
      if (n <= 0) break;
      have += static_cast<std::size_t>(n);
    }
    text.resize(have);
    return text;
  }

  /// The offset after the last newline before `before`; 0 if there is none.
  std::uint64_t line_start(std::uint64_t before) {
    while (before > 0) {
      const std::uint64_t from = before - std::min<std::uint64_t>(before, kChunk);
      const std::size_t newline = at(from, before - from).rfind('\n');
      if (newline != std::string::npos) return from + newline + 1;
      before = from;
    }
    return 0;
  }

  bool follows_newline(std::uint64_t offset) { return offset == 0 || at(offset - 1, 1) == "\n"; }

  bool has_hole_between(std::uint64_t from, std::uint64_t to) {
    for (; from < to; from += kChunk) {
      if (has_hole(at(from, std::min<std::uint64_t>(to - from, kChunk)))) return true;
    }
    return false;
  }

  template <class T>
  Result<T> result(T value) const {
    if (error_ == 0) return value;
    return Error{boost::system::error_code(error_, boost::system::system_category()), {}};
  }

 private:
  int fd_;
  int error_ = 0;
};

/// Reads line by line from an offset on; keeps only a chunk and the head of the current line.
class LineReader {
 public:
  LineReader(Reader& reader, std::uint64_t offset) : reader_(reader), next_chunk_(offset) {}

  /// The beginning of the next whole line; nothing if there is none, or one with a hole.
  std::optional<std::string> next() {
    std::string head;
    while (true) {
      if (at_ == chunk_.size() && !refill()) return std::nullopt;
      const std::size_t newline = chunk_.find('\n', at_);
      const std::size_t end = newline == std::string::npos ? chunk_.size() : newline;
      if (has_hole(std::string_view(chunk_).substr(at_, end - at_))) return std::nullopt;
      head.append(chunk_, at_, std::min(end - at_, kHead - std::min(kHead, head.size())));
      at_ = end;
      if (newline == std::string::npos) continue;
      ++at_;
      return head;
    }
  }
  /// The offset after the last line given.
  [[nodiscard]] std::uint64_t offset() const { return next_chunk_ - (chunk_.size() - at_); }

 private:
  bool refill() {
    chunk_ = reader_.at(next_chunk_, kChunk);
    next_chunk_ += chunk_.size();
    at_ = 0;
    return !chunk_.empty();
  }

  Reader& reader_;
  std::uint64_t next_chunk_;
  std::string chunk_;
  std::size_t at_ = 0;
};

/// Whole up to the last newline that no damaged line of ours follows.
LogTail search_back(Reader& reader, std::uint64_t size) {
  LogTail tail{.whole = reader.line_start(size), .next = 0, .ours = false};
  const std::uint64_t last = tail.whole;
  std::uint64_t end = last;
  while (end > 0 && last - end < kSearchBack) {
    const std::uint64_t start = reader.line_start(end - 1);
    if (const auto seq = format::seq_of_line(reader.at(start, kHead))) {
      tail.ours = true;
      if (!reader.has_hole_between(start, end)) {
        tail.next = *seq + 1;
        return tail;
      }
      tail.whole = start;
    }
    end = start;
  }
  return tail;
}

/// Whether the line that ends at offset is that of the event before seq.
bool precedes(Reader& reader, std::uint64_t offset, std::uint64_t seq) {
  if (offset == 0) return false;
  const auto before = format::seq_of_line(reader.at(reader.line_start(offset - 1), kHead));
  return before && *before + 1 == seq;
}

/// Nothing if the file does not fit the position.
std::optional<LogTail> read_on(Reader& reader, std::uint64_t size, std::uint64_t offset,
                               std::uint64_t first_seq) {
  if (size < offset || !reader.follows_newline(offset)) return std::nullopt;
  LogTail tail{.whole = offset, .next = first_seq, .ours = false};
  LineReader lines(reader, offset);
  while (const auto line = lines.next()) {
    if (format::seq_of_line(*line) != tail.next) return std::nullopt;
    ++tail.next;
    tail.whole = lines.offset();
  }
  tail.ours = tail.next != first_seq || precedes(reader, offset, first_seq) ||
              format::may_begin_line(reader.at(offset, kHead), first_seq);
  return tail;
}

}  // namespace

Result<std::uint64_t> line_start(int fd, std::uint64_t before) {
  Reader reader(fd);
  const std::uint64_t start = reader.line_start(before);
  return reader.result(start);
}

Result<LogTail> examine_log(int fd, std::uint64_t size) {
  Reader reader(fd);
  const LogTail tail = search_back(reader, size);
  return reader.result(tail);
}

Result<LogTail> examine_log(int fd, std::uint64_t size, std::uint64_t offset,
                            std::uint64_t first_seq) {
  Reader reader(fd);
  if (const auto tail = read_on(reader, size, offset, first_seq)) return reader.result(*tail);
  LogTail tail = search_back(reader, size);
  if (tail.next == 0) tail.next = first_seq;
  return reader.result(tail);
}

}  // namespace mactiond::ops
