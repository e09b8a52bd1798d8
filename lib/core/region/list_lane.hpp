#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "action/query.hpp"
#include "base/outcome.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/region/list_round.hpp"
#include "core/region/page_facts.hpp"
#include "core/region/paging.hpp"

namespace mactiond::core {

/// One of the two lists that a region reads again and again: the round in progress, and when its
/// next page is asked for. One call at a time.
class ListLane {
 public:
  /// The next page is due then.
  void set_due(MonoTime when) { due_ = when; }
  /// The next page is due then, if not before.
  void bring_forward(MonoTime when) { due_ = std::min(due_, when); }
  /// The next page is due now, or when a wait is over that the service asked for.
  void make_due(MonoTime now) { bring_forward(std::max(now, held_until_)); }

  [[nodiscard]] bool is_due(MonoTime now) const { return !call_in_progress_ && now >= due_; }
  /// Nothing while a call is in progress.
  [[nodiscard]] std::optional<MonoTime> due_at() const;
  /// Also nothing while the call of an abandoned round is in progress.
  [[nodiscard]] const std::optional<ListRound>& round() const { return round_; }
  void begin_round(Query query, WallTime server_now);
  void use_top(int top);

  void sent() { call_in_progress_ = true; }
  /// A page arrived. True if the round needs no further page; end_round() then ends it.
  [[nodiscard]] bool page_arrived(const PageFacts& page, Paging& paging, MonoTime now);
  void end_round();
  /// The call failed: the page is asked for again after a back-off of at most longest, never before
  /// a wait is over that the service asked for.
  void failed(const Outcome& outcome, Duration longest, MonoTime now, Random& random);
  /// The call says nothing (token renewed, daemon stopping): the page is asked for again at once.
  void abandoned() { call_in_progress_ = false; }
  /// A new round begins with the next call. The call in progress is still awaited.
  void drop_round() { round_.reset(); }
  /// The same for other settings: earlier failures delay nothing.
  void give_up_round(MonoTime now);

  /// The round was refused the smallest `$top`.
  void set_smallest_refused() { smallest_refused_ = true; }
  void clear_smallest_refused() { smallest_refused_ = false; }
  [[nodiscard]] bool smallest_refused() const { return smallest_refused_; }

  /// In a row.
  [[nodiscard]] int failures() const { return failures_; }
  /// Where the last complete round began, if it was read whole: ListRound::is_whole.
  [[nodiscard]] std::optional<WallTime> whole_since() const { return whole_since_; }
  /// Why rows may be missing from the last complete round; nothing if none can be.
  [[nodiscard]] const std::optional<std::string>& shortfall() const { return shortfall_; }

 private:
  std::optional<ListRound> round_;
  std::optional<std::string> shortfall_;
  std::optional<WallTime> whole_since_;
  MonoTime due_{};
  MonoTime held_until_ = MonoTime::min();  ///< as the service asked
  bool call_in_progress_ = false;
  int failures_ = 0;
  bool smallest_refused_ = false;
};

}  // namespace mactiond::core
