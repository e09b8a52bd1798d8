#include "ops/transition_log.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

namespace mactiond::ops {
namespace {

/// Written at once at most; bounds memory when a log that lagged catches up.
constexpr std::size_t kWriteBytes = 1024 * 1024;

Error errno_error(const std::string& path) {
  return {boost::system::error_code(errno, boost::system::system_category()), path};
}

LogFilePosition position_in(const LogFile& file, std::uint64_t offset, std::uint64_t first_seq) {
  return {file.stat.st_dev, file.stat.st_ino, offset, first_seq};
}

}  // namespace

TransitionLog::TransitionLog(const LogOpening& opening, File file, LogFilePosition position)
    : path_(opening.path),
      sync_(opening.sync),
      format_(opening.format),
      file_(std::move(file)),
      position_(position),
      durable_(position) {}

Result<TransitionLog> TransitionLog::open(const LogOpening& opening) {
  const std::string& path = opening.path;
  auto file = open_log(path);
  if (!file) return file.error();
  if (const auto locked = hold(*file, path); !locked) return locked.error();
  const auto tail = find_place(*file, opening);
  if (!tail) return tail.error();
  if (const auto done = cut(*file, tail->whole, opening.sync, path); !done) return done.error();
  // Lines that a killed process wrote may not have reached the disk yet.
  if (opening.sync != LogSync::Never && ::fdatasync(file->fd()) != 0)
    return not_usable(path, errno);
  const LogFilePosition position = position_in(*file, tail->whole, tail->next);
  return TransitionLog(opening, std::move(file->file), position);
}

LogFilePosition TransitionLog::position() const { return position_; }

/// JSON allows a raw newline between its tokens, our log does not.
std::string TransitionLog::one_line(const core::EventRecord& event) const {
  std::string line = format::render_line(format_, event);
  std::replace(line.begin(), line.end(), '\n', ' ');
  line += '\n';
  return line;
}

Result<void> TransitionLog::append(const std::vector<core::EventRecord>& events) {
  if (events.empty()) return {};
  if (const auto cut_back = undo_unsynced(); !cut_back) return cut_back.error();
  if (events.front().seq > position_.first_seq) {
    return not_usable(path_, "events from " + std::to_string(position_.first_seq) +
                                 " on are missing in it and no longer in the store");
  }
  MACTIOND_ASSERT(events.front().seq == position_.first_seq);
  if (const auto ready = follow_size(); !ready) return ready.error();
  const std::size_t most = sync_ == LogSync::Every ? 1 : kWriteBytes;
  std::string text;
  std::uint64_t seq = position_.first_seq;
  for (const core::EventRecord& event : events) {
    if (event.seq != seq) return missing(seq, text);
    ++seq;
    text += one_line(event);
    if (text.size() < most) continue;
    if (const auto written = write_lines(text); !written) return written.error();
    text.clear();
    if (sync_ != LogSync::Every) continue;
    if (const auto durable = make_durable(); !durable) return durable.error();
  }
  if (const auto written = write_lines(text); !written) return written.error();
  return sync_ == LogSync::Every ? Result<void>{} : make_durable();
}

/// What was read before the gap is written, so that the position says where it is.
Error TransitionLog::missing(std::uint64_t seq, const std::string& text) {
  const auto written = write_lines(text);
  const auto durable = written ? make_durable() : written;
  if (!durable) return durable.error();
  return not_usable(path_, "event " + std::to_string(seq) + " cannot be read from the store");
}

Result<void> TransitionLog::reopen() {
  auto file = open_log(path_);
  if (!file) return file.error();
  if (file->stat.st_ino == position_.inode && file->stat.st_dev == position_.device) return {};
  if (const auto cut_back = undo_unsynced(); !cut_back) return cut_back.error();
  if (const auto locked = hold(*file, path_); !locked) return locked.error();
  const auto whole = line_start(file->fd(), file->size());
  if (!whole) return not_usable(path_, whole.error().message());
  if (const auto done = cut(*file, *whole, sync_, path_); !done) return done.error();
  position_ = position_in(*file, *whole, position_.first_seq);
  durable_ = position_;
  file_ = std::move(file->file);
  return {};
}

bool TransitionLog::moved() const {
  struct stat now {};
  if (::stat(path_.c_str(), &now) != 0) return errno == ENOENT || errno == ENOTDIR;
  return now.st_ino != position_.inode || now.st_dev != position_.device;
}

/// Continues at the file's real end where others cut it (copytruncate) or wrote into it. A file
/// that no name leads to is an error: its lines would be lost with it.
Result<void> TransitionLog::follow_size() {
  struct stat now {};
  if (::fstat(file_.fd(), &now) != 0) return errno_error(path_);
  if (now.st_nlink == 0) return not_usable(path_, "the file was removed");
  const auto size = static_cast<std::uint64_t>(now.st_size);
  if (size == position_.offset) return {};
  const auto whole = line_start(file_.fd(), size);
  if (!whole) return Error{whole.error().code, path_};
  if (*whole != size && ::ftruncate(file_.fd(), static_cast<off_t>(*whole)) != 0) {
    return errno_error(path_);
  }
  position_.offset = *whole;
  durable_ = position_;
  return {};
}

Result<void> TransitionLog::write_lines(std::string_view text) {
  std::size_t done = 0;
  int failure = 0;
  while (done < text.size()) {
    const ssize_t n = ::write(file_.fd(), text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      failure = errno;
      break;
    }
    done += static_cast<std::size_t>(n);
  }
  const std::string_view whole = text.substr(0, text.substr(0, done).rfind('\n') + 1);
  position_.offset += whole.size();
  position_.first_seq += static_cast<std::uint64_t>(std::count(whole.begin(), whole.end(), '\n'));
  if (failure == 0) return {};
  // Should either fail, the next append cuts and syncs again.
  const bool torn = whole.size() != done;
  const bool cut_off = !torn || ::ftruncate(file_.fd(), static_cast<off_t>(position_.offset)) == 0;
  if (cut_off) static_cast<void>(make_durable());
  errno = failure;
  return errno_error(path_);
}

Result<void> TransitionLog::make_durable() {
  if (sync_ != LogSync::Never) {
    while (::fdatasync(file_.fd()) != 0) {
      if (errno == EINTR) continue;
      const Error error = errno_error(path_);
      // The kernel may have dropped the pages, and reports that only once.
      unsynced_ = true;
      static_cast<void>(undo_unsynced());
      return error;
    }
  }
  durable_ = position_;
  return {};
}

/// Takes back the lines after the last position that is known to be durable; they are written
/// again.
Result<void> TransitionLog::undo_unsynced() {
  if (!unsynced_) return {};
  position_ = durable_;
  struct stat now {};
  if (::fstat(file_.fd(), &now) != 0) return errno_error(path_);
  if (static_cast<std::uint64_t>(now.st_size) > durable_.offset &&
      ::ftruncate(file_.fd(), static_cast<off_t>(durable_.offset)) != 0) {
    return errno_error(path_);
  }
  unsynced_ = false;
  return {};
}

}  // namespace mactiond::ops
