#pragma once

#include <sys/types.h>

#include <string>

namespace mactiond::store {

/// Which file a name led to.
class FileIdentity {
 public:
  /// Nothing there: nothing is known, and nothing can be missing.
  [[nodiscard]] static FileIdentity of(const std::string& path);

  /// Whether the name leads to another file now, or to none.
  [[nodiscard]] bool changed(const std::string& path) const;
  [[nodiscard]] bool known() const { return known_; }

 private:
  bool known_ = false;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace mactiond::store
