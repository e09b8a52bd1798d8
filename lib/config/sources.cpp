#include "config/sources.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/file_descriptor.hpp"
#include "base/printable.hpp"

namespace mactiond::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesMax = 10'000;
constexpr std::size_t kAllMax = std::size_t{16} << 20U;

std::string errno_text() { return std::generic_category().message(errno); }

class File {
 public:
  // Not blocking: a FIFO under the name must not hold the daemon.
  explicit File(const std::string& path)
      : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}

  /// Empty if it can be read.
  [[nodiscard]] std::string refusal() const {
    struct stat status {};
    const bool is_known = file_.get() >= 0 && fstat(file_.get(), &status) == 0;
    if (!is_known) return "cannot be read: " + errno_text();
    if (S_ISDIR(status.st_mode)) return "is a directory, not a file";
    return S_ISREG(status.st_mode) ? "" : "is not a regular file";
  }

  /// At most one byte more than a configuration file may have.
  [[nodiscard]] bool read_all(std::string& text) const {
    std::array<char, 16384> buffer{};
    while (text.size() <= kFileMax) {
      const ssize_t got = read(file_.get(), buffer.data(), buffer.size());
      if (got == 0) return true;
      if (got < 0 && errno != EINTR) return false;
      if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return true;
  }

 private:
  FileDescriptor file_;
};

class Collector {
 public:
  void add(const std::string& path) {
    const File file(path);
    std::string text;
    if (const std::string why = file.refusal(); !why.empty()) return refuse(path, why);
    if (!file.read_all(text)) return refuse(path, "cannot be read: " + errno_text());
    size_ += text.size();
    if (size_ > kAllMax) return refuse(path, "with it, the files hold more than 16 MiB");
    files_.push_back({path, std::move(text)});
  }

  void refuse(const std::string& path, const std::string& why) {
    problems_.push_back({path, {}, printable(why)});
  }

  [[nodiscard]] bool is_full() const { return size_ > kAllMax; }

  std::variant<std::vector<SourceText>, std::vector<Problem>> take() {
    if (!problems_.empty()) return std::move(problems_);
    return std::move(files_);
  }

 private:
  std::vector<SourceText> files_;
  std::vector<Problem> problems_;
  std::size_t size_ = 0;
};

// Hidden files are those of editors.
bool is_part(const std::string& name) { return name.ends_with(".toml") && !name.starts_with('.'); }

void add_parts(const fs::path& directory, Collector& collector) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    std::string name = at->path().filename().string();
    if (is_part(name)) names.push_back(std::move(name));
  }
  if (error == std::errc::no_such_file_or_directory) return;
  if (error) return collector.refuse(directory.string(), "cannot be read: " + error.message());
  if (names.size() > kFilesMax) {
    return collector.refuse(directory.string(), "holds more than 10000 files *.toml");
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    if (!collector.is_full()) collector.add((directory / name).string());
  }
}

}  // namespace

std::variant<std::vector<SourceText>, std::vector<Problem>> read_sources(const std::string& path) {
  Collector collector;
  collector.add(path);
  add_parts(fs::path(path).parent_path() / "conf.d", collector);
  return collector.take();
}

}  // namespace mactiond::config
