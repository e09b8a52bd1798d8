#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "action/query.hpp"
#include "base/outcome.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/options.hpp"
#include "core/region/list_lane.hpp"
#include "core/region/page_facts.hpp"
#include "core/region/paging.hpp"
#include "core/region/query_choice.hpp"

namespace mactiond::core {

/// What is known of the time; either may be wrong by years.
struct Clocks {
  WallTime server{};  ///< by the API's Date header; by ours before the first answer
  WallTime local{};
};

/// When one region is polled and swept, and with what query.
///
/// A poll asks for what changed since the watermark minus the overlap. The watermark is the newest
/// last update seen in a complete poll. No clock moves it. Two limits hold: it is never later than
/// the later of the two clocks, and never earlier than the earlier clock minus lookback, so that
/// what is read again is still stored. The sweep asks for everything created within lookback, at
/// the start and every ten minutes. It finds what a poll could miss.
class PollSchedule {
 public:
  explicit PollSchedule(const PollOptions& options) : options_(options) {}

  /// Other options, for the next call already: a round of other queries is given up, and what it
  /// waits for unless the service asked for the wait. any_open, sustained: see pace.
  void configure(const PollOptions& options, bool any_open, Duration sustained, MonoTime now);
  void restore(std::optional<WallTime> watermark, std::optional<WallTime> changes_refused_until);
  /// Spreads the first polls of many regions out.
  void start_at(MonoTime when);

  /// The query of the next page if one is due at now and no call is in progress. server_now: the
  /// API's clock as far as known.
  [[nodiscard]] std::optional<Query> poll_due(MonoTime now, WallTime server_now);
  /// reach: a sweep that begins asks for what was created since then, too.
  [[nodiscard]] std::optional<Query> sweep_due(MonoTime now, WallTime server_now,
                                               std::optional<WallTime> reach = {});
  void poll_sent() { poll_.sent(); }
  void sweep_sent() { sweep_.sent(); }
  /// Begins the round in progress again if the clock that it began with was wrong. True then, and
  /// the page counts for nothing. This happens at most once, and only to a first round.
  [[nodiscard]] bool restart_misjudged(WallTime server_now);

  /// A page arrived. True if its round is complete now; interval is from its start to the next.
  [[nodiscard]] bool poll_page(const PageFacts& page, Duration interval, MonoTime now,
                               const Clocks& clocks);
  [[nodiscard]] bool sweep_page(const PageFacts& page, MonoTime now);

  /// The call failed: see ListLane. grant_expected: a missing role may be granted soon, so a poll
  /// that lacks it waits a little longer than a token has to be old for a new one.
  void poll_failed(const Outcome& outcome, bool grant_expected, MonoTime now, Random& random);
  void sweep_failed(const Outcome& outcome, MonoTime now, Random& random);
  void poll_abandoned() { poll_.abandoned(); }
  void sweep_abandoned() { sweep_.abandoned(); }
  /// The server refused the poll's query itself. Nothing if the other query is due instead; else
  /// the failure to report, with the reasons of all that were refused.
  [[nodiscard]] std::optional<Outcome> query_refused(const Outcome& outcome, MonoTime now);
  enum class Asked : std::uint8_t { Poll, Sweep, Lookup };
  /// The server refused a `$top`. True if a smaller one is to be tried.
  [[nodiscard]] bool top_refused(Asked asked, int top, MonoTime now);
  [[nodiscard]] int page_size(MonoTime now) const {
    return paging_.page_size(options_.page_size, now);
  }
  /// Why rows may be missing from the last complete poll or sweep; nothing if none can be.
  [[nodiscard]] const std::optional<std::string>& shortfall() const {
    return poll_.shortfall() ? poll_.shortfall() : sweep_.shortfall();
  }
  /// The last complete sweep showed every action that was created since then; nothing where that is
  /// not certain.
  [[nodiscard]] std::optional<WallTime> swept_since() const { return sweep_.whole_since(); }
  /// What operators should know of the service, each once.
  [[nodiscard]] std::vector<Notice> take_notices();

  /// Polls now, or when a wait is over that the API named.
  void poll_soon(MonoTime now) { poll_.make_due(now); }
  /// Something opened while the schedule was idle: poll at the fast pace from now on.
  void opened(MonoTime now);
  /// An action was seen for the first time. While it is young it changes fast.
  void appeared(MonoTime now);
  /// From one poll's start to the next one's. sustained: the spacing that the quota bears.
  [[nodiscard]] Duration pace(bool any_open, Duration sustained, MonoTime now) const;
  /// Whether the pace is as good as the fastest that is configured.
  [[nodiscard]] bool is_fast(Duration pace) const;

  [[nodiscard]] std::optional<MonoTime> poll_at() const { return poll_.due_at(); }
  [[nodiscard]] std::optional<MonoTime> sweep_at() const;
  [[nodiscard]] Strategy strategy(WallTime server_now) const {
    return choice_.strategy(options_.filters, server_now);
  }
  [[nodiscard]] std::optional<WallTime> watermark() const { return watermark_; }
  [[nodiscard]] std::optional<WallTime> changes_refused_until() const {
    return choice_.changes_refused_until();
  }
  /// When the last round was due.
  [[nodiscard]] MonoTime poll_started() const { return poll_started_; }
  [[nodiscard]] int poll_failures() const { return poll_.failures(); }
  /// The round in progress; nothing while a call of an abandoned one is.
  [[nodiscard]] const std::optional<ListRound>& poll_round() const { return poll_.round(); }
  [[nodiscard]] const std::optional<ListRound>& sweep_round() const { return sweep_.round(); }

 private:
  void move_watermark(std::optional<WallTime> newest, const Clocks& clocks);
  void give_up_rounds(MonoTime now);
  /// Where lookback is counted from: a clock that is behind what was seen is wrong.
  [[nodiscard]] WallTime reference(WallTime server_now) const;

  PollOptions options_;
  std::optional<WallTime> watermark_;
  QueryChoice choice_;
  Paging paging_;
  std::vector<Notice> notices_;
  ListLane poll_;
  ListLane sweep_;
  MonoTime poll_started_{};
  bool polled_once_ = false;  ///< a poll completed since this object was made
  bool misjudged_ = false;    ///< a round was begun again
  MonoTime young_until_ = MonoTime::min();
};

}  // namespace mactiond::core
