#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "core/cancel/policy.hpp"
#include "core/event.hpp"
#include "core/step.hpp"

namespace mactiond::sim {

/// Where the world stands: the truth's time and the daemon's wall clock.
struct Moment {
  Duration elapsed{};  ///< since the world began
  WallTime server{};   ///< what a right clock shows
  WallTime wall{};     ///< what ours shows
};

/// What one region's answers have shown the daemon, built from those answers alone.
class RegionView {
 public:
  struct Known {
    core::ActionFacts facts;
    WallTime stamp{};
    bool noted = false;  ///< shows who cancelled it
    bool vanished = false;
    Duration since{};  ///< elapsed when the facts became these

    [[nodiscard]] bool open() const { return !vanished && !facts.status.is_final(); }
  };

  /// Another engine begins: what only the process knew is gone.
  void start();
  void dated(WallTime date, const Moment& now);
  /// True if the row is the newest of its action.
  bool shown(const MachineAction& action, const Moment& now);
  void vanished(const ActionId& id) { actions_[id].vanished = true; }
  /// A page of a sweep that asked for what was created since then.
  void swept(const core::Query& query, const core::ActionsListed& page, const Moment& now);

  [[nodiscard]] const Known* find(const ActionId& id) const;
  [[nodiscard]] const std::map<ActionId, Known>& actions() const { return actions_; }
  /// A sweep was complete, whatever clock it went by.
  [[nodiscard]] bool is_swept() const { return swept_once_; }
  /// Why no policy may cancel anything now, if so.
  [[nodiscard]] std::optional<std::string> guard(const Moment& now) const;
  /// The latest that the API's clock may be taken for.
  [[nodiscard]] WallTime latest(const Moment& now) const;

 private:
  std::map<ActionId, Known> actions_;
  bool swept_ = false;  ///< by a clock that was not ahead
  bool swept_once_ = false;
  /// By how much dates were off, each with its time; ten minutes of them and the last.
  std::deque<std::pair<Duration, Duration>> dates_;
  std::optional<Duration> jumped_;
};

}  // namespace mactiond::sim
