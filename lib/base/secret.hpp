#pragma once

#include <string>
#include <utility>

namespace mactiond {

/// Text that must not be printed. It has no formatter, no stream operator and no conversion: who
/// needs the value says reveal(), and a reader can search for that word.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  [[nodiscard]] const std::string& reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }
  bool operator==(const Secret&) const = default;

 private:
  std::string value_;
};

}  // namespace mactiond
