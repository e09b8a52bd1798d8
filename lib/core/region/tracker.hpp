#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "core/region/page_facts.hpp"
#include "core/snapshot.hpp"

namespace mactiond::core {

/// What one observed answer about one action amounts to.
struct Observation {
  enum class Kind : std::uint8_t {
    Nothing,    ///< known already, or older than what is known
    Refreshed,  ///< same status, other fields: store it, no event
    Changed,    ///< seen for the first time, or with another status
    /// Final, but older than what is known: only a read of this one action can confirm it.
    Doubtful,
  };
  Kind kind = Kind::Nothing;
  std::optional<ActionStatus> from;  ///< nothing if seen for the first time
  bool correction = false;           ///< it had been final
  bool late = false;                 ///< its end, by a stamp older than the one known
};

/// When and how an answer showed an action.
struct Sight {
  WallTime server{};      ///< the API's time
  WallTime kept_from{};   ///< what retention counts from
  bool confirms = false;  ///< a read of this one action
};

/// Which complete read an action was seen in.
enum class Read : std::uint8_t { Poll, Sweep };

/// The last known state of every action of one region.
///
/// An answer with an older stamp never overwrites a newer one; with the same stamp only a status
/// that is further along does (ActionStatus::rank), so that (action, status, stamp) names a
/// transition for good. One exception: the end of an open action counts whatever its stamp, once a
/// read of this action confirms it. The order then continues from the newer stamp.
class Tracker {
 public:
  void restore(const StoredAction& action);

  [[nodiscard]] Observation observe(const MachineAction& action, const Sight& sight = {});

  /// A poll or a sweep asks for everything open; begin_read starts one.
  void begin_read(Read read) { ++reads_[index(read)]; }
  /// Open actions that no answer since begin_read(read) showed, though that read asks for them.
  [[nodiscard]] std::vector<ActionId> unseen_open(Read read) const;
  /// Those of them that were created within the span, its ends excluded.
  [[nodiscard]] std::vector<ActionId> unseen_open(Read read, const CreationSpan& span) const;

  /// The action is confirmed gone; false if it is unknown or not open.
  bool vanish(const ActionId& id);
  /// Forgets finished and vanished actions that were last stored before cutoff.
  void forget_before(WallTime cutoff);

  /// The latest stamp of any action ever seen; nothing if there was none.
  [[nodiscard]] std::optional<WallTime> newest() const { return newest_; }

  struct Known {
    ActionStatus status;
    ActionType type;
    WallTime stamp{};
    std::optional<WallTime> created;
    WallTime first_seen{};
    WallTime kept_from{};              ///< when it was last stored, or its stamp if that is later
    std::optional<WallTime> ended_by;  ///< the newest stamp that it was final with
    std::uint64_t fingerprint = 0;
    std::array<std::uint32_t, 2> seen{};  ///< in which read of each kind, last
    bool vanished = false;

    [[nodiscard]] bool open() const { return !vanished && !status.is_final(); }
  };
  [[nodiscard]] const Known* find(const ActionId& id) const;
  /// Whether a list that shows it makes a transition.
  [[nodiscard]] bool is_news(const MachineAction& action) const;
  /// Whether nothing newer is known of the action than this answer shows.
  [[nodiscard]] bool is_newest(const MachineAction& action) const;
  /// When the oldest open action was created, or first seen where that is not known.
  [[nodiscard]] std::optional<WallTime> oldest_open() const;
  /// How many are final.
  [[nodiscard]] std::int64_t ended_count() const;
  [[nodiscard]] std::int64_t open_count() const { return std::ssize(open_); }
  /// By status as on the wire.
  [[nodiscard]] const std::map<std::string, std::int64_t, std::less<>>& counts() const {
    return counts_;
  }

 private:
  static std::size_t index(Read read) { return static_cast<std::size_t>(read); }
  [[nodiscard]] static Observation judge(const MachineAction& action, const Known& known,
                                         std::uint64_t print, const Sight& sight);
  using OpenSet = std::set<std::pair<WallTime, ActionId>>;

  [[nodiscard]] std::vector<ActionId> unseen(Read read, OpenSet::const_iterator first,
                                             OpenSet::const_iterator last) const;
  void track(const ActionId& id, const Known& known);
  void untrack(const ActionId& id, const Known& known);
  void count(const Known& known, std::int64_t by);

  std::unordered_map<ActionId, Known> known_;
  std::optional<WallTime> newest_;
  OpenSet open_;  ///< by creation; the epoch where it is not known
  std::map<std::string, std::int64_t, std::less<>> counts_;
  std::array<std::uint32_t, 2> reads_{};
};

}  // namespace mactiond::core
