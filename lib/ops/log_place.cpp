#include "ops/log_place.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "ops/log_history.hpp"

namespace mactiond::ops {
namespace {

/// `next`, or the event after the last line of a copy of the log beside it: some rotations copy the
/// file and empty or remove it. Only a copy that ends with an event of the store counts.
std::uint64_t next_after_copies(const LogOpening& opening, std::uint64_t next) {
  // Beyond the newest event nothing can be missing.
  if (next > opening.last_seq) return next;
  PastLines own(opening.path);
  PastLines& past = opening.past != nullptr ? *opening.past : own;
  const auto last = past.last_rotated(opening.last_seq);
  return last ? std::max(next, *last + 1) : next;
}

Result<void> check_known(const std::string& path, std::uint64_t next, std::uint64_t last_seq) {
  if (next <= last_seq + 1) return {};
  return not_usable(path, "it holds event " + std::to_string(next - 1) +
                              ", the store knows none after " + std::to_string(last_seq) +
                              ": log and store do not belong together; move one of them away");
}

/// Reads the file of the committed position.
Result<LogTail> examine_committed(const LogFile& file, const std::string& path,
                                  const LogFilePosition& committed, LogSync sync) {
  auto tail = examine_log(file.fd(), file.size(), committed.offset, committed.first_seq);
  if (!tail) return not_usable(path, tail.error().message());
  // Synced lines that are missing were removed by somebody; only unsynced lines can be lost.
  if (sync != LogSync::Never) tail->next = std::max(tail->next, committed.first_seq);
  return tail;
}

/// Which event the renamed file ends before; its torn last line is cut off.
Result<std::uint64_t> finish_renamed(const LogOpening& opening) {
  const LogFilePosition& committed = *opening.committed;
  const auto renamed = find_renamed(opening.path, committed.inode);
  if (!renamed) return next_after_copies(opening, committed.first_seq);
  LogFile file{File(::open(renamed->c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW))};
  if (file.fd() < 0 || ::fstat(file.fd(), &file.stat) != 0) return not_usable(*renamed, errno);
  const auto tail = examine_committed(file, *renamed, committed, opening.sync);
  if (!tail) return tail.error();
  const auto known = check_known(*renamed, tail->next, opening.last_seq);
  if (!known) return known.error();
  if (!tail->ours) return next_after_copies(opening, tail->next);
  if (const auto done = cut(file, tail->whole, opening.sync, *renamed); !done) return done.error();
  return tail->next;
}

Result<LogTail> examine(const LogFile& file, const LogOpening& opening) {
  const std::string& path = opening.path;
  if (!opening.committed) {
    const auto whole = line_start(file.fd(), file.size());
    if (!whole) return not_usable(path, whole.error().message());
    return LogTail{.whole = *whole, .next = opening.first, .ours = true};
  }
  // Device numbers may change when the machine starts again; the inode says enough.
  if (opening.committed->inode == file.stat.st_ino) {
    auto own = examine_committed(file, path, *opening.committed, opening.sync);
    const bool emptied = file.size() == 0 || file.size() < opening.committed->offset;
    if (own && emptied) own->next = next_after_copies(opening, own->next);
    return own;
  }
  const auto next = finish_renamed(opening);
  if (!next) return next.error();
  auto tail = examine_log(file.fd(), file.size());
  if (!tail) return not_usable(path, tail.error().message());
  tail->next = std::max(tail->next, *next);
  return tail;
}

}  // namespace

Result<LogTail> find_place(const LogFile& file, const LogOpening& opening) {
  auto tail = examine(file, opening);
  if (!tail) return tail;
  const auto known = check_known(opening.path, tail->next, opening.last_seq);
  if (!known) return known.error();
  return tail;
}

}  // namespace mactiond::ops
