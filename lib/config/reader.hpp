#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.hpp"
#include "config/loader.hpp"

namespace mactiond::config {

/// Collects what is wrong while the options of a file are read.
class Reader {
 public:
  Reader(std::string file, const Environment& environment)
      : file_(std::move(file)), environment_(environment) {}

  /// The option that messages name from here on, e.g. "region.quota.per_hour".
  void enter(std::string option) { option_ = std::move(option); }

  /// Always false, so that a reading function can end with it.
  bool fail(Place place, std::string_view message);
  bool fail(const Node& node, std::string_view message) { return fail(node.place, message); }
  void warn(Place place, std::string_view message);

  void mark_bad(const Node& node) { bad_.insert(&node); }
  /// Whether the option read from node may be compared with others; a missing one has its default.
  [[nodiscard]] bool is_good(const Node* node) const { return !bad_.contains(node); }

  [[nodiscard]] const Environment& environment() const { return environment_; }
  /// In the file's order.
  [[nodiscard]] std::vector<Problem> take_problems();

 private:
  void add(Place place, std::string_view message, bool warning);

  std::string file_;
  const Environment& environment_;
  std::string option_;
  std::set<const Node*> bad_;
  std::vector<Problem> problems_;
};

}  // namespace mactiond::config
