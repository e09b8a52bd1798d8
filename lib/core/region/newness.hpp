#pragma once

#include <optional>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "core/region/server_clock.hpp"
#include "core/region/tracker.hpp"
#include "core/rows.hpp"

namespace mactiond::core {

/// Which changes of a region are news. A region is new until its first complete sweep; what
/// happened before it was first called is backlog. After a recovery of the store, what last changed
/// before a certain time is no event, until a complete sweep has shown everything.
class Newness {
 public:
  void restore(const RegionRow& row);
  /// A region with actions is known, even where no row of its own says so.
  void restore_action();
  /// The store was recovered.
  void follow_recovery(WallTime quiet_before);

  /// A poll leaves now. True if it is a new region's first call: the row changes.
  [[nodiscard]] bool call_sent(Now now);
  /// True if the API's clock says when the first call was made: the row changes.
  [[nodiscard]] bool date_first_call(const ServerClock& clock, Now now);
  [[nodiscard]] bool is_backlog(const MachineAction& action, const Observation& seen) const;
  /// Whether a change of the action is taken in without an event.
  [[nodiscard]] bool is_quiet(const MachineAction& action) const;

  /// A sweep is complete. True if that ends what a recovery began: the row changes.
  [[nodiscard]] bool end_recovery();
  /// The same for newness. When the region was first called, as far as known, or else now.
  [[nodiscard]] std::optional<WallTime> end_newness(WallTime now);

  [[nodiscard]] bool is_new() const { return new_; }
  [[nodiscard]] const std::optional<FirstCall>& first_call() const { return first_call_; }

 private:
  bool stored_ = false;  ///< there is a row of the region
  bool new_ = true;      ///< the store did not know it, and no sweep has been complete yet
  std::optional<FirstCall> first_call_;
  std::optional<MonoTime> first_call_sent_;  ///< set if it was made by this process
  std::optional<WallTime> quiet_before_;
};

}  // namespace mactiond::core
