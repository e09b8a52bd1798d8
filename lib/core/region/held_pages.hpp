#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "core/event.hpp"
#include "core/region/open_calls.hpp"

namespace mactiond::core {

/// No event waits longer for what is known of its machine.
inline constexpr Duration kMachineFactsWait = std::chrono::seconds(5);

/// A page of a list that waits, as if the API had answered later.
struct HeldPage {
  RegionCall call;
  ActionsListed listed;
  std::vector<std::string> machines{};  ///< whose facts it waits for
  std::set<ActionId> news{};            ///< the actions that it shows something new of
  MonoTime since{};
  MonoTime until{};
};

/// At most one page of a poll and one of a sweep. They are in no store: after a restart the lists
/// are read again.
class HeldPages {
 public:
  /// Until when a page may wait that arrives now: the pages of one round wait no longer than one
  /// page may, with the time by which a page of the round before held up this poll. pages: of its
  /// round, taken in before.
  [[nodiscard]] MonoTime limit(RegionCall::Kind kind, int pages, MonoTime now);
  void hold(HeldPage page) { pages_.push_back(std::move(page)); }

  using IsSettled = std::function<bool(const std::string& machine, MonoTime until)>;
  /// What comes next shows something of this action: what a page shows of it is older. Whether one
  /// is ready now.
  [[nodiscard]] bool end_wait_for(const ActionId& action);
  /// Every page is ready, and none waits from now on.
  void end_waits();
  /// A round of polls is complete. Without held pages the next one is due at next, if not later.
  void poll_ended(MonoTime next, MonoTime now);

  /// One whose time is up, or whose machines are settled; before it, those that arrived earlier and
  /// show the same actions.
  [[nodiscard]] std::optional<HeldPage> take_ready(MonoTime now, const IsSettled& is_settled);
  /// When the time of the first is up.
  [[nodiscard]] std::optional<MonoTime> until() const;

 private:
  std::vector<HeldPage> pages_;  ///< as they arrived
  Duration held_{};              ///< pages of this round of polls, together
  Duration late_{};              ///< the next poll is by this much, because of them
  bool ended_ = false;
  MonoTime poll_limit_ = MonoTime::min();
  MonoTime sweep_limit_ = MonoTime::min();
};

}  // namespace mactiond::core
