#include "output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "base/sync_directory.hpp"
#include "one_shot_handler.hpp"

namespace mactiond::ctl {
namespace {

constexpr std::size_t kNameMax = 200;
constexpr std::array<int, 6> kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXFSZ};

// Empty while there is nothing to remove.
std::array<char, 4096> partial_file{};

// The default action is back already, and follows when this returns.
extern "C" void remove_partial_file(int signal) {
  if (partial_file[0] != '\0') unlink(partial_file.data());
  static_cast<void>(raise(signal));
}

void remove_at_signals(const std::string& partial) {
  std::copy_n(partial.c_str(), partial.size() + 1, partial_file.data());
  set_handler(kSignals, remove_partial_file);
}

void leave_signals() {
  remove_handler(kSignals, remove_partial_file);
  partial_file[0] = '\0';
}

std::string errno_text() { return std::generic_category().message(errno); }

std::optional<FileTrouble> refuse(const std::string& path, bool force) {
  if (path.empty()) return FileTrouble{"--output names no file"};
  if (path == "-")
    return FileTrouble{"- is no file's name here: a file appears only when it is whole"};
  if (path.ends_with('/')) return FileTrouble{path + " is a directory: name a file"};
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return std::nullopt;
    return FileTrouble{path + " cannot be written: " + errno_text()};
  }
  if (S_ISDIR(found.st_mode)) return FileTrouble{path + " is a directory: name a file"};
  if (!S_ISREG(found.st_mode)) return FileTrouble{path + " is no regular file: name another"};
  if (!force) return FileTrouble{path + " exists: name another file, or replace it by --force"};
  return std::nullopt;
}

std::string pattern_beside(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
  return path.substr(0, begin) + '.' + path.substr(begin, kNameMax) + ".part-XXXXXX";
}

}  // namespace

std::variant<std::unique_ptr<OutputFile>, FileTrouble> OutputFile::create(const std::string& path,
                                                                          bool force) {
  if (auto trouble = refuse(path, force)) return *std::move(trouble);
  std::string partial = pattern_beside(path);
  if (partial.size() >= partial_file.size()) return FileTrouble{path + ": the path is too long"};
  const int descriptor = mkostemp(partial.data(), O_CLOEXEC);
  if (descriptor < 0) return FileTrouble{path + " cannot be written: " + errno_text()};
  return std::unique_ptr<OutputFile>(new OutputFile(descriptor, path, std::move(partial), force));
}

OutputFile::OutputFile(int descriptor, std::string path, std::string partial, bool force)
    : descriptor_(descriptor), path_(std::move(path)), partial_(std::move(partial)), force_(force) {
  remove_at_signals(partial_);
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!is_named_) unlink(partial_.c_str());
  leave_signals();
}

std::optional<FileTrouble> OutputFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return trouble();
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return std::nullopt;
}

std::optional<FileTrouble> OutputFile::finish() {
  if (fsync(descriptor_) != 0) return trouble();
  // Some file systems report only here that they had no room.
  if (close(std::exchange(descriptor_, -1)) != 0) return trouble();
  if (!give_name()) return trouble();
  is_named_ = true;
  sync_directory_of(path_);
  return std::nullopt;
}

// Without force nothing is replaced that came meanwhile.
bool OutputFile::give_name() const {
  if (force_) return rename(partial_.c_str(), path_.c_str()) == 0;
  const char* from = partial_.c_str();
  const char* to = path_.c_str();
  if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return true;
  // Not every file system can do that.
  if (errno != EINVAL) return false;
  return link(from, to) == 0 && unlink(from) == 0;
}

FileTrouble OutputFile::trouble() const { return {path_ + " cannot be written: " + errno_text()}; }

}  // namespace mactiond::ctl
