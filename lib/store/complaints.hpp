#pragma once

#include <set>
#include <string>
#include <vector>

namespace mactiond::store {

/// What was left out because no program of ours wrote it, in words. A row that is read again and
/// again is reported once.
class Complaints {
 public:
  void add(const std::string& text);
  /// Those since the last call.
  [[nodiscard]] std::vector<std::string> take();

 private:
  std::vector<std::string> fresh_;
  std::set<std::string> known_;
};

}  // namespace mactiond::store
