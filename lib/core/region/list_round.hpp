#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>

#include "action/query.hpp"
#include "base/time.hpp"
#include "core/region/page_facts.hpp"
#include "core/region/paging.hpp"

namespace mactiond::core {

/// One complete read of a list, page after page. It ends when a further page brings nothing new,
/// or with a page that is known not to be cut.
///
/// ChangedSince moves its lower bound to the newest stamp of a page instead of skipping: an action
/// updated meanwhile moves to the end and pushes none out of sight. Rows of the edge's stamp are
/// read again. Only where a page adds no later stamp does it skip, and where the service does not
/// keep to the order. The other queries keep their place by creation, which no update moves: a new
/// row repeats those after it. One that leaves the open set pulls them up, so of the open set a few
/// are read twice at a page's edge.
class ListRound {
 public:
  ListRound(Query query, WallTime started)
      : query_(std::move(query)), started_(started), first_since_(query_.since) {}

  [[nodiscard]] const Query& query() const { return query_; }
  /// Server time at which the round began.
  [[nodiscard]] WallTime started() const { return started_; }
  /// Pages taken in.
  [[nodiscard]] int pages() const { return pages_; }
  /// The next page is asked for with another `$top`.
  void use_top(int top) { query_.top = top; }

  /// Takes a page in; true if another one must be read. What the page shows of the service's
  /// habits goes to paging.
  [[nodiscard]] bool advance(const PageFacts& page, Paging& paging, MonoTime now);

  /// Greatest last update seen so far.
  [[nodiscard]] std::optional<WallTime> newest_update() const { return newest_update_; }
  /// Why rows may be missing from a round that has ended; nothing if none can be.
  [[nodiscard]] const std::optional<std::string>& shortfall() const { return shortfall_; }
  /// Whether a round that has ended proves that there are no other actions: no row was unreadable,
  /// and no page came twice.
  [[nodiscard]] bool is_whole() const { return !shortfall_ && !doubtful_; }

 private:
  [[nodiscard]] bool take_rows(const PageFacts& page);
  void learn(const PageFacts& page, bool fresh, bool repeated, Paging& paging, MonoTime now) const;
  /// Whether the round begins again from its first bound, because rows may lie below the last.
  [[nodiscard]] bool begins_again(const PageFacts& page, Paging& paging, MonoTime now);
  [[nodiscard]] bool may_continue(const PageFacts& page, const Paging& paging, MonoTime now) const;
  /// Whether the next page begins at a later stamp; else rows are skipped.
  [[nodiscard]] bool bound_moves(const PageFacts& page) const;
  void step(const PageFacts& page);

  Query query_;
  WallTime started_;
  WallTime first_since_;
  std::optional<WallTime> newest_update_;
  bool by_skip_ = false;  ///< the order is not relied on
  std::unordered_set<std::uint64_t> seen_;
  std::uint64_t fingerprint_ = 0;  ///< of the page before
  int last_rows_ = 0;              ///< of the page before
  bool by_link_ = false;           ///< the page before had a nextLink
  int pages_ = 0;
  bool doubtful_ = false;
  std::optional<std::string> shortfall_;
};

}  // namespace mactiond::core
