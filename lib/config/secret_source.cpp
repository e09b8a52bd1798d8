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

#include "base/file_descriptor.hpp"
#include "base/printable.hpp"
#include "base/text.hpp"

namespace mactiond::config {
namespace {

constexpr std::string_view kFile = "file:";
constexpr std::string_view kEnvironment = "env:";
constexpr std::string_view kCredential = "credential:";
constexpr std::string_view kOpenToAll = "everybody may read the file (chmod o-rwx)";
constexpr std::size_t kSecretMax = std::size_t{64} * 1024;

Error refuse(std::string_view source, std::string_view why) {
  return {Errc::InvalidSecret, std::string(source) + ": " + std::string(why)};
}

std::string errno_text() { return std::generic_category().message(errno); }

// Not blocking: a FIFO under the name must not hold the daemon.
constexpr int kReading = O_RDONLY | O_CLOEXEC | O_NONBLOCK;

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

Result<Secret> read_secret_file(const std::string& path, std::string_view source, SecretForm form) {
  if (!path.starts_with('/')) return refuse(source, "the path must be absolute");
  const FileDescriptor file(open(path.c_str(), kReading));
  if (file.get() < 0) return refuse(source, errno_text());
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return refuse(source, errno_text());
  if (!S_ISREG(status.st_mode)) return refuse(source, "not a regular file");
  const bool is_open = (status.st_mode & S_IROTH) != 0;
  if (is_open && form != SecretForm::Certificates) return refuse(source, kOpenToAll);
  if ((status.st_mode & S_IWOTH) != 0) {
    return refuse(source, "everybody may write the file (chmod o-rwx)");
  }
  auto content = read_content(file.get(), source);
  if (content && is_open && content->reveal().find("PRIVATE KEY-----") != std::string::npos) {
    return refuse(source, kOpenToAll);
  }
  return content;
}

namespace {

Result<Secret> read_environment(const std::string& name, std::string_view source) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return refuse(source, "the environment variable is not set");
  return Secret(value);
}

bool is_credential_name(const std::string& name) {
  return !name.empty() && name.find('/') == std::string::npos && name != "." && name != "..";
}

Result<Secret> read_credential(const std::string& name, std::string_view source,
                               const Environment& environment, SecretForm form) {
  if (!is_credential_name(name)) return refuse(source, "a credential's name has no slash");
  const std::string file = credential_file(name, environment);
  if (file.empty()) {
    return refuse(source,
                  "$CREDENTIALS_DIRECTORY is not set; systemd sets it where the unit has "
                  "LoadCredential=");
  }
  return read_secret_file(file, source, form);
}

// systemd gives a file of a directory the name DIRECTORY_FILE.
std::string find_in_store(const std::string& directory, const std::string& name) {
  struct stat status {};
  std::string file = directory + name;
  // One that cannot be looked at counts as there: systemd takes the first.
  if (stat(file.c_str(), &status) == 0 || errno == EACCES) return file;
  for (std::size_t at = name.find('_', 1); at != std::string::npos; at = name.find('_', at + 1)) {
    const std::string inner = directory + name.substr(0, at);
    if (stat(inner.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) continue;
    file = find_in_store(inner + '/', name.substr(at + 1));
    if (!file.empty()) return file;
  }
  return {};
}

bool is_utf16(std::string_view text) {
  return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
}

Result<Secret> finish(const Secret& read, std::string_view source, SecretForm form) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (read.empty()) return refuse(source, "the secret is empty");
  if (form == SecretForm::Bytes || form == SecretForm::Certificates) return read;
  std::string text = read.reveal();
  if (is_utf16(text)) return refuse(source, "the secret is UTF-16; save it as UTF-8 without a BOM");
  if (text.ends_with('\n')) {
    text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
  }
  if (text.empty()) return refuse(source, "the secret is empty");
  if (text.starts_with(kByteOrderMark) || text.ends_with(kByteOrderMark)) {
    return refuse(source,
                  "there is a byte order mark (BOM) around the secret; save it without one");
  }
  if (is_control(text.front()) || is_control(text.back())) {
    return refuse(source,
                  "there is a line break or a control character before or after the secret; remove "
                  "it: printf %s 'secret' > file writes none");
  }
  if (std::any_of(text.begin(), text.end(), is_control)) {
    return refuse(source, "the secret holds a line break or a control character");
  }
  if (form == SecretForm::Text && has_blank_ends(text)) {
    return refuse(source, "there is a blank before or after the secret; remove it");
  }
  return Secret(std::move(text));
}

Result<Secret> read_raw(const std::string& source, const Environment& environment,
                        SecretForm form) {
  if (source.starts_with(kFile)) return read_secret_file(source.substr(kFile.size()), source, form);
  if (source.starts_with(kEnvironment)) {
    return read_environment(source.substr(kEnvironment.size()), source);
  }
  return read_credential(source.substr(kCredential.size()), source, environment, form);
}

}  // namespace

bool is_secret_reference(std::string_view text) {
  for (const std::string_view prefix : {kFile, kEnvironment, kCredential}) {
    if (text.starts_with(prefix) && text.size() > prefix.size()) return true;
  }
  return false;
}

std::string credential_file(const std::string& name, const Environment& environment) {
  if (!environment.credentials_directory.empty()) {
    return environment.credentials_directory + '/' + name;
  }
  for (const std::string& store : environment.credential_stores) {
    if (auto file = find_in_store(store + '/', name); !file.empty()) return file;
  }
  return {};
}

std::string secret_file(const std::string& source, const Environment& environment) {
  if (source.starts_with(kFile)) return source.substr(kFile.size());
  if (!source.starts_with(kCredential)) return {};
  return credential_file(source.substr(kCredential.size()), environment);
}

namespace {

std::string load_credential(const std::string& name) {
  const std::size_t at = name.find('_', 1);
  const std::string one = "LoadCredential=" + name;
  if (at == std::string::npos || at + 1 == name.size()) return one;
  return one + ", or LoadCredential=" + name.substr(0, at) + ":DIRECTORY and a file " +
         name.substr(at + 1) + " there";
}

}  // namespace

std::string out_of_reach(const std::string& source, const Environment& environment) {
  if (!source.starts_with(kCredential) || !environment.credentials_directory.empty()) return {};
  const std::string name = source.substr(kCredential.size());
  if (!is_credential_name(name)) return {};
  const std::string file = credential_file(name, environment);
  if (file.empty()) {
    std::string stores;
    for (const std::string& store : environment.credential_stores) {
      stores += (stores.empty() ? "" : ", ") + store;
    }
    return source + ": not checked: $CREDENTIALS_DIRECTORY is not set here" +
           (stores.empty() ? "" : ", and it is not in " + stores) +
           "; systemd passes it where the unit has " + load_credential(name);
  }
  const FileDescriptor readable(open(file.c_str(), kReading));
  if (readable.get() >= 0 || errno != EACCES) return {};
  return source + ": not checked: " + file + " may not be read here; check as root";
}

Result<Secret> read_secret(const std::string& source, const Environment& environment,
                           SecretForm form) {
  if (!is_secret_reference(source)) {
    return Error(Errc::InvalidSecret,
                 "must be file:/path, env:NAME or credential:NAME; secrets are not written here");
  }
  const auto raw = read_raw(source, environment, form);
  if (!raw) return raw.error();
  return finish(*raw, source, form);
}

}  // namespace mactiond::config
