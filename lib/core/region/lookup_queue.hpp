#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "action/machine_action.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/region/tracker.hpp"

namespace mactiond::core {

/// How several ids are asked for at once.
enum class ManyIds : std::uint8_t { In, Or, None };

/// How an answer that shows an action was asked for. Cancel: a re-read before or after a cancel,
/// which is asked for by nobody else.
enum class ReadBy : std::uint8_t { List, LookupMany, LookupOne, Cancel };

/// Actions to be read by id: open ones that a complete read did not show.
///
/// An id whose read showed nothing new is asked for less and less often, until a read shows a
/// change or nobody has asked for a while.
///
/// An action is gone only if it was "not found" twice, at least 30 s apart, and is older than the
/// grace time in which a new action may not be readable yet.
class LookupQueue {
 public:
  void add(const ActionId& id, MonoTime now);
  void add(const std::vector<ActionId>& ids, MonoTime now);
  /// The same; only a read of this one action will do.
  void add_alone(const ActionId& id, MonoTime now);

  /// Up to limit ids that may be asked for now, longest due first; they count as asked until the
  /// outcome is here, by one of the functions below.
  [[nodiscard]] std::vector<ActionId> take(std::size_t limit, MonoTime now);
  /// Whether this id must be asked for alone: a list did not show it.
  [[nodiscard]] bool single_next(MonoTime now) const;

  [[nodiscard]] ManyIds many() const { return many_; }
  /// The server refused several ids asked for in this way; it is not tried again.
  void many_refused(ManyIds how);

  /// An answer showed it; kind: what that amounted to.
  void seen(const ActionId& id, ReadBy by, Observation::Kind kind, MonoTime now);
  void found(const ActionId& id);
  /// A list showed it as it is known: nothing is missing, but what only its own read can confirm.
  void shown(const ActionId& id);
  /// A read by id showed nothing that was not known.
  void found_nothing_new(const ActionId& id, MonoTime now);
  /// The action has changed: earlier reads that showed nothing new do not count.
  void changed(const ActionId& id);
  /// A list by ids did not show it: to be read alone, at once.
  void absent(const ActionId& id, MonoTime now);
  /// The same for all of ids that the list has not taken off with seen().
  void absent(const std::vector<ActionId>& ids, MonoTime now);
  /// 404. True if the action is now confirmed gone. young: within the grace time.
  [[nodiscard]] bool not_found(const ActionId& id, bool young, MonoTime now);
  /// The call for these ids failed and showed nothing. They stay together: one wait for all.
  void failed(const std::vector<ActionId>& ids, std::optional<Duration> retry_after, MonoTime now,
              Random& random);

  [[nodiscard]] std::optional<MonoTime> wake_at() const;
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }

 private:
  struct Lookup {
    MonoTime not_before{};
    std::optional<MonoTime> first_not_found;
    int failures = 0;
    bool alone = false;
    bool asked = true;      ///< not in a queue
    bool doubtful = false;  ///< asked for by add_alone
  };
  using Row = std::map<ActionId, Lookup>::value_type;
  using Queue = std::set<std::pair<MonoTime, ActionId>>;

  [[nodiscard]] Queue& queue_of(const Lookup& lookup) { return queues_[lookup.alone ? 1 : 0]; }
  /// Of an id whose reads showed nothing new.
  struct Rest {
    int times = 0;
    MonoTime read_at{};
    [[nodiscard]] Duration length() const;
  };

  void add(const ActionId& id, bool alone, MonoTime now);
  /// When it may be asked for.
  [[nodiscard]] MonoTime allowed_at(const ActionId& id, MonoTime now);
  void withdraw(Row& row);
  void enqueue(Row& row, bool alone, MonoTime not_before);

  std::map<ActionId, Lookup> waiting_;
  /// Those not asked for, by when they may be: several in a call, and alone.
  std::array<Queue, 2> queues_;
  std::map<ActionId, Rest> rests_;
  ManyIds many_ = ManyIds::In;
};

}  // namespace mactiond::core
