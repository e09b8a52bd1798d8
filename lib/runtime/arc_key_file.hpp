#pragma once

#include <sys/stat.h>

#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/file_descriptor.hpp"
#include "base/secret.hpp"

namespace mactiond::runtime {

/// A key of Azure Arc's agent, opened and checked, not read yet. What is read is what was checked,
/// whatever happens to the name meanwhile.
class ArcKeyFile {
 public:
  /// name has no slash. Errc::PathNotUsable where the file, or the directory itself, is a symbolic
  /// link; where it is no regular file; where it is empty or larger than 4,096 bytes.
  [[nodiscard]] static Result<ArcKeyFile> open(const std::string& directory,
                                               const std::string& name);
  /// The key as it stands there. Errc::PathNotUsable where the file was changed since it was
  /// checked.
  [[nodiscard]] Result<Secret> read() const;

 private:
  ArcKeyFile(FileDescriptor file, std::string path, const struct stat& checked)
      : file_(std::move(file)), path_(std::move(path)), checked_(checked) {}

  FileDescriptor file_;
  std::string path_;
  struct stat checked_;
};

}  // namespace mactiond::runtime
