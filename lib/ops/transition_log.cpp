#include "ops/transition_log.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "ops/log_recovery.hpp"
#include "ops/rotated_files.hpp"

namespace mactiond::ops {
namespace {

constexpr mode_t kMode = 0640;
/// Written at once at most; bounds memory when a log that lagged catches up.
constexpr std::size_t kWriteBytes = 1024 * 1024;

Error errno_error(const std::string& path) {
  return {boost::system::error_code(errno, boost::system::system_category()), path};
}

Error not_usable(const std::string& path, const std::string& cause) {
  return {Errc::PathNotUsable, path + " (" + cause + ")"};
}

Error not_usable(const std::string& path, int code) {
  return not_usable(path, std::generic_category().message(code));
}

/// An open regular file.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  File(File&& other) noexcept : stat(other.stat), fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  [[nodiscard]] std::uint64_t size() const { return static_cast<std::uint64_t>(stat.st_size); }

  struct stat stat {};

 private:
  int fd_;
};

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "./" : path.substr(0, slash + 1);
}

/// Makes a new directory entry durable.
void sync_directory(const std::string& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

int open_or_create(const std::string& path) {
  constexpr int kFlags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOCTTY;
  int fd = ::open(path.c_str(), kFlags);
  if (fd >= 0 || errno != ENOENT) return fd;
  fd = ::open(path.c_str(), kFlags | O_CREAT | O_EXCL, kMode);
  if (fd < 0) return errno == EEXIST ? ::open(path.c_str(), kFlags) : -1;
  // Whatever the umask: log shippers read by group.
  ::fchmod(fd, kMode);
  sync_directory(directory_of(path));
  return fd;
}

Result<File> open_log(const std::string& path) {
  File file(open_or_create(path));
  if (file.fd() < 0 || ::fstat(file.fd(), &file.stat) != 0) return not_usable(path, errno);
  if (!S_ISREG(file.stat.st_mode)) return not_usable(path, "not a regular file");
  return file;
}

/// Two writers would number their lines by themselves. The lock is the open file's: a rotation
/// takes it along, and a crash gives it back. Where the file system has no locks there is none.
Result<void> hold(const File& file, const std::string& path, Writers writers) {
  if (writers == Writers::Any) return {};
  if (::flock(file.fd(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return {};
  return Error{Errc::StoreInUse, path + " (another process writes this transition log)"};
}

/// The regular file with this inode in the directory of path: where a rotation renamed it to.
std::optional<std::string> find_renamed(const std::string& path, std::uint64_t inode) {
  const std::string directory = directory_of(path);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(directory.c_str()), ::closedir);
  struct stat own {};
  if (!entries || ::fstat(::dirfd(entries.get()), &own) != 0) return std::nullopt;
  while (const dirent* entry = ::readdir(entries.get())) {
    struct stat found {};
    const char* name = static_cast<const char*>(entry->d_name);
    if (::fstatat(::dirfd(entries.get()), name, &found, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(found.st_mode) || found.st_ino != inode || found.st_dev != own.st_dev) continue;
    return directory + name;
  }
  return std::nullopt;
}

/// `next`, or the event after the last line of a copy of the log beside it: some rotations copy the
/// file and empty or remove it. Only a copy that ends with an event of the store counts.
std::uint64_t next_after_copies(const std::string& path, std::uint64_t next,
                                std::uint64_t last_seq) {
  for (const std::string& found : rotated_beside(path)) {
    // Beyond the newest event nothing can be missing.
    if (next > last_seq) break;
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    File copy(::open(found.c_str(), kFlags));
    if (copy.fd() < 0 || ::fstat(copy.fd(), &copy.stat) != 0) continue;
    if (!S_ISREG(copy.stat.st_mode)) continue;
    const auto tail = examine_log(copy.fd(), copy.size());
    if (tail && tail->ours && tail->next <= last_seq + 1) next = std::max(next, tail->next);
  }
  return next;
}

Result<void> cut(const File& file, std::uint64_t size, Sync sync, const std::string& path) {
  if (size >= file.size()) return {};
  if (::ftruncate(file.fd(), static_cast<off_t>(size)) != 0) return not_usable(path, errno);
  if (sync != Sync::Never && ::fsync(file.fd()) != 0) return not_usable(path, errno);
  return {};
}

Result<void> check_known(const std::string& path, std::uint64_t next, std::uint64_t last_seq) {
  if (next <= last_seq + 1) return {};
  return not_usable(path, "it holds event " + std::to_string(next - 1) +
                              ", the store knows none after " + std::to_string(last_seq) +
                              ": log and store do not belong together; move one of them away");
}

/// Reads the file of the committed position.
Result<LogTail> examine_committed(const File& file, const std::string& path,
                                  const LogFilePosition& committed, Sync sync) {
  auto tail = examine_log(file.fd(), file.size(), committed.offset, committed.first_seq);
  if (!tail) return not_usable(path, tail.error().message());
  // What was synced and is missing was taken out by someone; only unsynced lines can be lost.
  if (sync != Sync::Never) tail->next = std::max(tail->next, committed.first_seq);
  return tail;
}

/// Which event the renamed file ends before; its torn last line is cut off.
Result<std::uint64_t> finish_renamed(const std::string& path, const LogFilePosition& committed,
                                     Sync sync, std::uint64_t last_seq) {
  const auto renamed = find_renamed(path, committed.inode);
  if (!renamed) return next_after_copies(path, committed.first_seq, last_seq);
  File file(::open(renamed->c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW));
  if (file.fd() < 0 || ::fstat(file.fd(), &file.stat) != 0) return not_usable(*renamed, errno);
  const auto tail = examine_committed(file, *renamed, committed, sync);
  if (!tail) return tail.error();
  if (const auto known = check_known(*renamed, tail->next, last_seq); !known) return known.error();
  if (!tail->ours) return next_after_copies(path, tail->next, last_seq);
  if (const auto done = cut(file, tail->whole, sync, *renamed); !done) return done.error();
  return tail->next;
}

/// Where to go on in the file at path, and with which event.
Result<LogTail> examine(const File& file, const std::string& path, Sync sync,
                        const LogFilePosition* committed, std::uint64_t last_seq,
                        std::uint64_t first) {
  if (committed == nullptr) {
    const auto whole = line_start(file.fd(), file.size());
    if (!whole) return not_usable(path, whole.error().message());
    return LogTail{.whole = *whole, .next = first, .ours = true};
  }
  // Device numbers may change when the machine starts again; the inode says enough.
  if (committed->inode == file.stat.st_ino) {
    auto own = examine_committed(file, path, *committed, sync);
    const bool emptied = own && file.size() < committed->offset;
    if (emptied) own->next = next_after_copies(path, own->next, last_seq);
    return own;
  }
  const auto next = finish_renamed(path, *committed, sync, last_seq);
  if (!next) return next.error();
  auto tail = examine_log(file.fd(), file.size());
  if (!tail) return not_usable(path, tail.error().message());
  tail->next = std::max(tail->next, *next);
  return tail;
}

LogFilePosition position_in(const File& file, std::uint64_t offset, std::uint64_t first_seq) {
  return {file.stat.st_dev, file.stat.st_ino, offset, first_seq};
}

}  // namespace

TransitionLog::TransitionLog(std::string path, Sync sync, format::LineFormat format)
    : path_(std::move(path)), sync_(sync), format_(format) {}

TransitionLog::TransitionLog(TransitionLog&& other) noexcept
    : path_(std::move(other.path_)),
      sync_(other.sync_),
      format_(other.format_),
      writers_(other.writers_),
      fd_(std::exchange(other.fd_, -1)),
      position_(other.position_),
      durable_(other.durable_),
      unsynced_(other.unsynced_) {}

TransitionLog& TransitionLog::operator=(TransitionLog&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(sync_, other.sync_);
  std::swap(format_, other.format_);
  std::swap(writers_, other.writers_);
  std::swap(fd_, other.fd_);
  std::swap(position_, other.position_);
  std::swap(durable_, other.durable_);
  std::swap(unsynced_, other.unsynced_);
  return *this;
}

TransitionLog::~TransitionLog() {
  if (fd_ >= 0) ::close(fd_);
}

Result<TransitionLog> TransitionLog::open(const std::string& path, Sync sync,
                                          const LogFilePosition* committed, std::uint64_t last_seq,
                                          format::LineFormat format, std::uint64_t first,
                                          Writers writers) {
  auto file = open_log(path);
  if (!file) return file.error();
  if (const auto locked = hold(*file, path, writers); !locked) return locked.error();
  const auto tail = examine(*file, path, sync, committed, last_seq, first);
  if (!tail) return tail.error();
  if (const auto known = check_known(path, tail->next, last_seq); !known) return known.error();
  if (const auto done = cut(*file, tail->whole, sync, path); !done) return done.error();
  TransitionLog log(path, sync, format);
  log.position_ = position_in(*file, tail->whole, tail->next);
  // Lines that a killed process wrote may not have reached the disk yet.
  if (sync != Sync::Never && ::fdatasync(file->fd()) != 0) return not_usable(path, errno);
  log.durable_ = log.position_;
  log.writers_ = writers;
  log.fd_ = file->release();
  return log;
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
  const std::size_t most = sync_ == Sync::Every ? 1 : kWriteBytes;
  std::string text;
  std::uint64_t seq = position_.first_seq;
  for (const core::EventRecord& event : events) {
    if (event.seq != seq) return missing(seq, text);
    ++seq;
    text += one_line(event);
    if (text.size() < most) continue;
    if (const auto written = write_lines(text); !written) return written.error();
    text.clear();
    if (sync_ != Sync::Every) continue;
    if (const auto durable = make_durable(); !durable) return durable.error();
  }
  if (const auto written = write_lines(text); !written) return written.error();
  return sync_ == Sync::Every ? Result<void>{} : make_durable();
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
  if (const auto locked = hold(*file, path_, writers_); !locked) return locked.error();
  const auto whole = line_start(file->fd(), file->size());
  if (!whole) return not_usable(path_, whole.error().message());
  if (const auto done = cut(*file, *whole, sync_, path_); !done) return done.error();
  position_ = position_in(*file, *whole, position_.first_seq);
  durable_ = position_;
  ::close(std::exchange(fd_, file->release()));
  return {};
}

bool TransitionLog::moved() const {
  struct stat now {};
  if (::stat(path_.c_str(), &now) != 0) return errno == ENOENT || errno == ENOTDIR;
  return now.st_ino != position_.inode || now.st_dev != position_.device;
}

/// Goes on at the file's real end where others cut it (copytruncate) or wrote into it. A file that
/// no name leads to is an error: its lines would be lost with it.
Result<void> TransitionLog::follow_size() {
  struct stat now {};
  if (::fstat(fd_, &now) != 0) return errno_error(path_);
  if (now.st_nlink == 0) return not_usable(path_, "the file was removed");
  const auto size = static_cast<std::uint64_t>(now.st_size);
  if (size == position_.offset) return {};
  const auto whole = line_start(fd_, size);
  if (!whole) return Error{whole.error().code, path_};
  if (*whole != size && ::ftruncate(fd_, static_cast<off_t>(*whole)) != 0) {
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
    const ssize_t n = ::write(fd_, text.data() + done, text.size() - done);
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
  const bool cut_off = !torn || ::ftruncate(fd_, static_cast<off_t>(position_.offset)) == 0;
  if (cut_off) static_cast<void>(make_durable());
  errno = failure;
  return errno_error(path_);
}

Result<void> TransitionLog::make_durable() {
  if (sync_ != Sync::Never) {
    while (::fdatasync(fd_) != 0) {
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
  if (::fstat(fd_, &now) != 0) return errno_error(path_);
  if (static_cast<std::uint64_t>(now.st_size) > durable_.offset &&
      ::ftruncate(fd_, static_cast<off_t>(durable_.offset)) != 0) {
    return errno_error(path_);
  }
  unsynced_ = false;
  return {};
}

}  // namespace mactiond::ops
