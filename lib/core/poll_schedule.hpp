#pragma once

#include <cstdint>
#include <optional>

#include "base/disposition.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/options.hpp"
#include "core/page_facts.hpp"
#include "core/query.hpp"

namespace mactiond::core {

/// One complete read of a list, page after page.
///
/// ChangedSince moves its lower bound to the newest stamp of a full page instead of skipping: an
/// action updated meanwhile moves to the end and pushes none out of sight. Rows of the edge's
/// stamp are read again. Only where a whole page has one stamp does it skip. The other queries
/// keep their place by creation, which no update moves: a new row repeats those after it. One that
/// leaves the open set pulls them up, so of the open set a few are read twice at a page's edge.
class ListRound {
 public:
  ListRound(Query query, WallTime started) : query_(std::move(query)), started_(started) {}

  [[nodiscard]] const Query& query() const { return query_; }
  /// Server time at which the round began.
  [[nodiscard]] WallTime started() const { return started_; }
  /// Takes a page in; true if another one must be read.
  [[nodiscard]] bool advance(const PageFacts& page);
  /// Whether the page is the one before over again although rows were to be skipped: a list
  /// without an end.
  [[nodiscard]] bool repeats(const PageFacts& page) const {
    return query_.skip > 0 && page.fingerprint != 0 && page.fingerprint == fingerprint_;
  }
  /// Greatest last update seen so far.
  [[nodiscard]] std::optional<WallTime> newest_update() const { return newest_update_; }

 private:
  Query query_;
  WallTime started_;
  std::optional<WallTime> newest_update_;
  std::uint64_t fingerprint_ = 0;  ///< of the page before
  int pages_ = 0;
};

/// What is known of the time; either may be wrong by years.
struct Clocks {
  WallTime server{};  ///< by the API's Date header; by ours before the first answer
  WallTime local{};
};

enum class Strategy : std::uint8_t { Changes, Documented };

/// When one region is polled and swept, and with what query.
///
/// A poll asks for what changed since the watermark minus the overlap. The watermark is the newest
/// last update seen in a complete poll: no clock moves it, but that of two that are right or wrong
/// the later says what is the future, and the earlier how far back lookback reaches, so that what
/// is read again is still known. The sweep asks for everything created
/// within lookback, at start and every ten minutes, and catches what a poll could miss.
class PollSchedule {
 public:
  explicit PollSchedule(const PollOptions& options) : options_(options) {}

  /// Other options; a round under way goes on as it began.
  void configure(const PollOptions& options, MonoTime now);
  void restore(std::optional<WallTime> watermark, std::optional<WallTime> changes_refused_until);
  /// Spreads the first polls of many regions out.
  void start_at(MonoTime when);

  /// The query of the next page if one is due at now and none is under way. server_now: the
  /// API's clock as far as known.
  [[nodiscard]] std::optional<Query> poll_due(MonoTime now, WallTime server_now);
  [[nodiscard]] std::optional<Query> sweep_due(MonoTime now, WallTime server_now);
  void poll_sent() { poll_under_way_ = true; }
  /// Begins the round under way anew if the clock it began by was wrong; true then, and its page
  /// is nothing. Only a first round depends on the clock, and only once is it begun anew.
  [[nodiscard]] bool restart_misjudged(WallTime server_now);
  void sweep_sent() { sweep_under_way_ = true; }

  /// A page arrived. True if its round is complete now; interval is from its start to the next.
  [[nodiscard]] bool poll_page(const PageFacts& page, Duration interval, MonoTime now,
                               const Clocks& clocks);
  [[nodiscard]] bool sweep_page(const PageFacts& page, MonoTime now);

  /// The call failed: the page is asked for again after a back-off, never before retry_after.
  void poll_failed(const Disposition& outcome, MonoTime now, Random& random);
  void sweep_failed(const Disposition& outcome, MonoTime now, Random& random);
  /// The call told nothing (token renewed, daemon stopping): the page is asked for again at once.
  void poll_abandoned() { poll_under_way_ = false; }
  void sweep_abandoned() { sweep_under_way_ = false; }
  /// The server refused the query itself (400 ODataError). True if the strategy changed for it.
  [[nodiscard]] bool query_refused(WallTime server_now);

  /// Polls now, or when a wait is over that the API named.
  void poll_soon(MonoTime now) { poll_at_ = std::min(poll_at_, std::max(now, held_until_)); }
  /// Something opened while the schedule was idle: poll at the fast pace from now on.
  void opened(MonoTime now);

  [[nodiscard]] std::optional<MonoTime> poll_at() const;
  [[nodiscard]] std::optional<MonoTime> sweep_at() const;
  [[nodiscard]] Strategy strategy(WallTime server_now) const;
  [[nodiscard]] std::optional<WallTime> watermark() const { return watermark_; }
  [[nodiscard]] std::optional<WallTime> changes_refused_until() const { return refused_until_; }
  [[nodiscard]] int poll_failures() const { return poll_failures_; }
  /// Whether a poll completed since this object was made.
  [[nodiscard]] bool polled_once() const { return polled_once_; }
  /// Whether the round under way began with a query of this kind.
  [[nodiscard]] const std::optional<ListRound>& poll_round() const { return poll_; }
  [[nodiscard]] const std::optional<ListRound>& sweep_round() const { return sweep_; }

 private:
  void move_watermark(const Clocks& clocks);
  /// Where lookback is counted from: a clock that is behind what was seen is wrong.
  [[nodiscard]] WallTime reference(WallTime server_now) const;

  PollOptions options_;
  std::optional<WallTime> watermark_;
  std::optional<WallTime> refused_until_;

  std::optional<ListRound> poll_;
  MonoTime poll_at_{};
  MonoTime poll_started_{};
  MonoTime held_until_ = MonoTime::min();  ///< by a Retry-After
  bool poll_under_way_ = false;
  int poll_failures_ = 0;
  bool polled_once_ = false;
  bool misjudged_ = false;  ///< a round was begun anew

  std::optional<ListRound> sweep_;
  MonoTime sweep_at_{};
  bool sweep_under_way_ = false;
  int sweep_failures_ = 0;
};

}  // namespace mactiond::core
