#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/document.hpp"
#include "config/loader.hpp"

namespace mactiond::config {

/// Collects what is wrong while the options of some files are read.
class Reader {
 public:
  /// Both outlive it.
  Reader(const std::vector<std::string>& files, const Environment& environment)
      : files_(files), environment_(environment) {}

  /// The option that messages name from here on, e.g. "region.quota.per_hour".
  void enter(std::string option) { option_ = std::move(option); }

  /// Always false, so that a reading function can end with it.
  bool fail(Place place, std::string_view message);
  bool fail(const Node& node, std::string_view message) { return fail(node.place, message); }
  void warn(Place place, std::string_view message);

  void mark_bad(const Node& node) { bad_.insert(&node); }
  /// Whether the option read from node may be compared with others; a missing one has its default.
  [[nodiscard]] bool is_good(const Node* node) const { return !bad_.contains(node); }

  /// The table has this option's key, but in another table of it: it is not missing.
  void mark_misplaced(const Node& table, std::string_view key) { misplaced_.emplace(&table, key); }
  [[nodiscard]] bool is_misplaced(const Node& table, std::string_view key) const {
    return misplaced_.contains({&table, std::string(key)});
  }

  /// "FILE:LINE:COLUMN"
  [[nodiscard]] std::string text_of(Place place) const;
  /// "line 7" of the file that here is in, else the whole of it.
  [[nodiscard]] std::string text_of(Place place, Place here) const;

  [[nodiscard]] const Environment& environment() const { return environment_; }
  /// In the order of the files and their lines; of equal ones, the first.
  [[nodiscard]] std::vector<Problem> take_problems();

 private:
  void add(Place place, std::string_view message, bool warning);

  const std::vector<std::string>& files_;
  const Environment& environment_;
  std::string option_;
  std::set<const Node*> bad_;
  std::set<std::pair<const Node*, std::string>> misplaced_;
  std::set<std::pair<Place, std::string>> reported_;
  std::vector<Problem> problems_;
};

}  // namespace mactiond::config
