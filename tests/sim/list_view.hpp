#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "sim/entity.hpp"
#include "sim/odata.hpp"

namespace mactiond::sim {

/// What the order of rows is when a request names none.
enum class RowOrder : std::uint8_t {
  NewestFirst,  ///< by creation, as every example shows it
  Arbitrary,    ///< neither by creation nor by last update, but the same each time
};

/// What a list request selects.
struct Selection {
  std::vector<const Version*> rows;  ///< valid until the view changes
  std::size_t matched = 0;           ///< before $skip and $top
  bool more = false;                 ///< rows after this page match too
};

/// The actions as the list shows them, indexed so that a request touches its answer's rows only
/// where its filter names last update, creation, status or id.
class ListView {
 public:
  /// Shows this version of its action from now on. An older one than shown is ignored.
  void put(const VersionPtr& version);
  void erase(std::uint32_t action);
  [[nodiscard]] std::size_t size() const { return shown_.size(); }

  /// page_max caps the rows of a request without $top.
  [[nodiscard]] Selection select(const ListOptions& options, RowOrder order,
                                 std::size_t page_max) const;

 private:
  using TimeIndex = std::set<std::pair<WallTime, std::uint32_t>>;
  using Candidates = std::vector<std::uint32_t>;

  void index(const Version& version);
  void unindex(const Version& version);
  /// A superset of the rows that match; nothing where no index helps.
  [[nodiscard]] std::optional<Candidates> candidates(const Filter& filter) const;
  [[nodiscard]] std::optional<Candidates> candidates_by_time(const Filter& filter) const;
  [[nodiscard]] std::optional<Candidates> candidates_by_text(const Filter& filter) const;
  [[nodiscard]] std::optional<Candidates> candidates_of_any(const Filter& filter) const;
  [[nodiscard]] std::vector<const Version*> matching(const std::optional<Filter>& filter) const;

  std::unordered_map<std::uint32_t, VersionPtr> shown_;
  TimeIndex by_update_;
  TimeIndex by_creation_;
  std::map<std::string, std::set<std::uint32_t>, std::less<>> by_status_;
  std::unordered_map<std::string, std::uint32_t> by_id_;
};

}  // namespace mactiond::sim
