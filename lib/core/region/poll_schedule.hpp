#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "action/query.hpp"
#include "base/disposition.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/options.hpp"
#include "core/region/list_round.hpp"
#include "core/region/page_facts.hpp"
#include "core/region/paging.hpp"

namespace mactiond::core {

/// What is known of the time; either may be wrong by years.
struct Clocks {
  WallTime server{};  ///< by the API's Date header; by ours before the first answer
  WallTime local{};
};

enum class Strategy : std::uint8_t { Changes, Documented };

/// When one region is polled and swept, and with what query.
///
/// A poll asks for what changed since the watermark minus the overlap. The watermark is the newest
/// last update seen in a complete poll. No clock moves it. Two limits hold: it is never later than
/// the later of the two clocks, and never earlier than the earlier clock minus lookback, so that
/// what is read again is still stored. The sweep asks for everything created within lookback, at
/// the start and every ten minutes. It finds what a poll could miss.
///
/// A tenant that refuses one query is asked the other one in the same round. That the last-update
/// query is refused is remembered for a day, but only once the documented one was taken: what
/// refuses both says nothing about a filter.
class PollSchedule {
 public:
  explicit PollSchedule(const PollOptions& options) : options_(options) {}

  /// Other options, for the next call already: a round of other queries is given up, and what it
  /// waits for unless the service asked for the wait. interval: see poll_page.
  void configure(const PollOptions& options, Duration interval, MonoTime now);
  void restore(std::optional<WallTime> watermark, std::optional<WallTime> changes_refused_until);
  /// Spreads the first polls of many regions out.
  void start_at(MonoTime when);

  /// The query of the next page if one is due at now and none is under way. server_now: the
  /// API's clock as far as known.
  [[nodiscard]] std::optional<Query> poll_due(MonoTime now, WallTime server_now);
  [[nodiscard]] std::optional<Query> sweep_due(MonoTime now, WallTime server_now);
  void poll_sent() { poll_under_way_ = true; }
  /// Begins the round in progress again if the clock that it began with was wrong. True then, and
  /// the page counts for nothing. This happens at most once, and only to a first round.
  [[nodiscard]] bool restart_misjudged(WallTime server_now);
  void sweep_sent() { sweep_under_way_ = true; }

  /// A page arrived. True if its round is complete now; interval is from its start to the next.
  [[nodiscard]] bool poll_page(const PageFacts& page, Duration interval, MonoTime now,
                               const Clocks& clocks);
  [[nodiscard]] bool sweep_page(const PageFacts& page, MonoTime now);

  /// The call failed: the page is asked for again after a back-off, never before retry_after.
  void poll_failed(const Disposition& outcome, MonoTime now, Random& random);
  void sweep_failed(const Disposition& outcome, MonoTime now, Random& random);
  /// The call says nothing (token renewed, daemon stopping): the page is asked for again at once.
  void poll_abandoned() { poll_under_way_ = false; }
  void sweep_abandoned() { sweep_under_way_ = false; }
  /// The server refused the poll's query itself (400). Nothing if the other query is due instead;
  /// else the failure to report, with the reasons of all that were refused.
  [[nodiscard]] std::optional<Disposition> query_refused(const Disposition& outcome, MonoTime now);
  enum class Asked : std::uint8_t { Poll, Sweep, Lookup };
  /// The server refused a `$top`. True if a smaller one is to be tried.
  [[nodiscard]] bool top_refused(Asked asked, int top, MonoTime now);
  [[nodiscard]] int page_size(MonoTime now) const {
    return paging_.page_size(options_.page_size, now);
  }
  /// Why rows may be missing from the last complete poll or sweep; empty if none can be.
  [[nodiscard]] const std::string& shortfall() const {
    return poll_shortfall_.empty() ? sweep_shortfall_ : poll_shortfall_;
  }
  /// What operators should know of the service: event and reason of a note, each once.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> take_notices();

  /// Polls now, or when a wait is over that the API named.
  void poll_soon(MonoTime now) { poll_at_ = std::min(poll_at_, std::max(now, poll_held_until_)); }
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
  /// The round under way; nothing while a call of one that was given up is.
  [[nodiscard]] const std::optional<ListRound>& poll_round() const { return poll_; }
  [[nodiscard]] const std::optional<ListRound>& sweep_round() const { return sweep_; }

 private:
  void move_watermark(const Clocks& clocks);
  void give_up_rounds(MonoTime now);
  /// The first page of a query was taken: what is refused is settled.
  void settle_strategy(WallTime server_now);
  /// Where lookback is counted from: a clock that is behind what was seen is wrong.
  [[nodiscard]] WallTime reference(WallTime server_now) const;

  PollOptions options_;
  std::optional<WallTime> watermark_;
  std::optional<WallTime> refused_until_;
  /// By strategy: why the round's query was refused; empty if it was not.
  std::array<std::string, 2> refusals_;
  bool smallest_refused_ = false;    ///< in this round a query was refused the smallest `$top`
  std::optional<Strategy> instead_;  ///< of the other, which was refused in this round
  std::vector<std::pair<std::string, std::string>> notices_;
  Paging paging_;

  std::optional<ListRound> poll_;
  std::string poll_shortfall_;
  MonoTime poll_at_{};
  MonoTime poll_held_until_ = MonoTime::min();  ///< as the service asked
  MonoTime poll_started_{};
  bool poll_under_way_ = false;
  int poll_failures_ = 0;
  bool polled_once_ = false;
  bool misjudged_ = false;  ///< a round was begun again

  std::optional<ListRound> sweep_;
  std::string sweep_shortfall_;
  MonoTime sweep_at_{};
  MonoTime sweep_held_until_{};
  bool sweep_under_way_ = false;
  int sweep_failures_ = 0;
  bool sweep_too_large_ = false;  ///< it was refused every `$top`
};

}  // namespace mactiond::core
