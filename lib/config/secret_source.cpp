#include "config/secret_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <system_error>

namespace mactiond::config {
namespace {

constexpr std::string_view kFile = "file:";
constexpr std::string_view kEnvironment = "env:";
constexpr std::string_view kCredential = "credential:";
constexpr std::size_t kSecretMax = std::size_t{64} * 1024;

Error refuse(std::string_view source, std::string_view why) {
  return {Errc::InvalidSecret, std::string(source) + ": " + std::string(why)};
}

std::string errno_text() { return std::generic_category().message(errno); }

class File {
 public:
  explicit File(const std::string& path)
      // Not blocking: a FIFO under the name must not hold the daemon.
      : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

Result<Secret> read_content(int fd, std::string_view source) {
  std::string content;
  std::array<char, 4096> buffer{};
  while (content.size() <= kSecretMax) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refuse(source, errno_text());
    if (got == 0) return Secret(std::move(content));
    content.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return refuse(source, "larger than 64 KiB");
}

}  // namespace

Result<Secret> read_secret_file(const std::string& path, std::string_view source) {
  if (!path.starts_with('/')) return refuse(source, "the path must be absolute");
  const File file(path);
  if (file.fd() < 0) return refuse(source, errno_text());
  struct stat status {};
  if (fstat(file.fd(), &status) != 0) return refuse(source, errno_text());
  if (!S_ISREG(status.st_mode)) return refuse(source, "not a regular file");
  if ((status.st_mode & S_IROTH) != 0) {
    return refuse(source, "everybody may read the file (chmod o-rwx)");
  }
  if ((status.st_mode & S_IWOTH) != 0) {
    return refuse(source, "everybody may write the file (chmod o-rwx)");
  }
  return read_content(file.fd(), source);
}

namespace {

Result<Secret> read_environment(const std::string& name, std::string_view source) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return refuse(source, "the environment variable is not set");
  return Secret(value);
}

Result<Secret> read_credential(const std::string& name, std::string_view source,
                               const std::string& directory) {
  if (name.find('/') != std::string::npos || name == "." || name == "..") {
    return refuse(source, "a credential's name has no slash");
  }
  if (directory.empty()) {
    return refuse(source,
                  "$CREDENTIALS_DIRECTORY is not set; systemd sets it where the unit has "
                  "LoadCredential=");
  }
  return read_secret_file(directory + '/' + name, source);
}

Result<Secret> finish(const Secret& read, std::string_view source) {
  std::string text = read.reveal();
  if (text.ends_with('\n')) {
    text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
  }
  if (text.empty()) return refuse(source, "the secret is empty");
  const auto is_control = [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return code < 0x20 || code == 0x7f;
  };
  if (std::any_of(text.begin(), text.end(), is_control)) {
    return refuse(source, "the secret holds a line break or a control character");
  }
  return Secret(std::move(text));
}

Result<Secret> read_raw(const std::string& source, const Environment& environment) {
  if (source.starts_with(kFile)) return read_secret_file(source.substr(kFile.size()), source);
  if (source.starts_with(kEnvironment)) {
    return read_environment(source.substr(kEnvironment.size()), source);
  }
  return read_credential(source.substr(kCredential.size()), source,
                         environment.credentials_directory);
}

}  // namespace

bool is_secret_reference(std::string_view text) {
  for (const std::string_view prefix : {kFile, kEnvironment, kCredential}) {
    if (text.starts_with(prefix) && text.size() > prefix.size()) return true;
  }
  return false;
}

Result<Secret> read_secret(const std::string& source, const Environment& environment) {
  if (!is_secret_reference(source)) {
    return Error(Errc::InvalidSecret,
                 "must be file:/path, env:NAME or credential:NAME; secrets are not written here");
  }
  const auto raw = read_raw(source, environment);
  if (!raw) return raw.error();
  return finish(*raw, source);
}

}  // namespace mactiond::config
