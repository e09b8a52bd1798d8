#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace mactiond::config {

/// Notices when one of some files changes: when it is replaced, written to, removed or created.
/// Costs one stat a file each time it is asked.
class FileWatch {
 public:
  explicit FileWatch(std::vector<std::string> paths) : paths_(std::move(paths)), seen_(look()) {}

  /// Since it was made or asked last.
  [[nodiscard]] bool changed();

 private:
  using Trait = std::tuple<ino_t, off_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t>;
  [[nodiscard]] std::vector<Trait> look() const;

  std::vector<std::string> paths_;
  std::vector<Trait> seen_;
};

}  // namespace mactiond::config
