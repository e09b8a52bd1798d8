#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "core/event.hpp"
#include "core/options.hpp"
#include "core/rows.hpp"
#include "core/snapshot.hpp"
#include "event/event_record.hpp"

namespace mactiond::core {

/// After a recovery no policy cancels for this long: what the lost ledger counted is unknown.
inline constexpr Duration kHoldAfterRecovery = std::chrono::hours(1);

/// What the lines that can be read say of one region.
struct RegionPast {
  /// An end or a beginning of trouble.
  struct Turn {
    WallTime time{};
    bool degraded = false;  ///< region.degraded, else region.recovered
  };
  std::string region;
  std::optional<WallTime> last_seen{};  ///< of its last action.transition or region.baseline
  bool swept = false;                   ///< there is a region.baseline
  std::vector<Turn> turns{};            ///< in the log's order
};

/// What of the log's lines can still be read.
struct LogHistory {
  std::vector<std::uint64_t> ids{};  ///< id_hash() of their events, sorted
  std::vector<RegionPast> regions{};
  /// Where the log's first lines are gone, there may have been events whose ids are not among ids.
  struct Gone {
    WallTime next{};     ///< the latest time of the first lines that are left
    WallTime written{};  ///< when the file of these was written last
  };
  std::optional<Gone> gone{};
};

/// How the store was found at start.
struct StoreFound {
  std::uint64_t last_seq = 0;
  bool switch_known = false;  ///< the row of `policy suspend` could be read, or was never written
  bool damaged = false;       ///< the file was set aside; what could be read was carried over
  std::string damage{};
  std::optional<std::string> set_aside{};  ///< where the damaged file is now
  std::int64_t kept = 0;                   ///< of a damaged store: rows that are still there
  std::int64_t lost = 0;                   ///< rows known to be gone
  std::optional<WallTime> newest{};        ///< when the newest event that is left happened
};

/// Only the log says how far it got: the store is new, lost or damaged.
[[nodiscard]] bool depends_on_log(const StoreFound& found);

/// What to do with the store before anything else happens; nothing if it is whole. A store that was
/// lost or is behind the log continues after the log's last event, logged.
[[nodiscard]] std::optional<StoreRecovered> judge_store(const StoreFound& found,
                                                        std::optional<std::uint64_t> logged);

/// How long after it happened a change is seen at most, while all is well.
[[nodiscard]] Duration seen_within(const RegionOptions& region);
/// The same while no trouble is reported: some may have begun that was not reported yet.
[[nodiscard]] Duration seen_or_reported_within(const RegionOptions& region);

/// Until when each region's changes are taken in without an event. Trouble of one region says
/// nothing about another, so each goes by its own lines:
///
/// What changed before its last line, and before trouble that had not ended by then, was seen. Of
/// the time seen_or_reported_within before that, and of what came later, ids show whether it was
/// recorded.
/// Where the log's first lines are gone, ids show nothing about what these may have recorded.
/// Of a region without a baseline in a whole log nothing is quiet: it was never read completely.
/// A region without a line in the log is new and is left out. If the log has no line at all, the
/// store's newest event counts for each region.
[[nodiscard]] std::vector<RegionQuiet> quiet_times(const std::vector<RegionOptions>& regions,
                                                   const StoreFound& found,
                                                   const LogHistory& history);

/// Where the hold ends that a recovery began; in the past if it has ended.
[[nodiscard]] MonoTime hold_end(const RecoveryRow& recovery, const std::string& boot_id, Now now);

/// Whether the store was recovered so lately that it may not know yet what the log holds.
[[nodiscard]] bool is_fresh(const Snapshot& snapshot, WallTime now);

[[nodiscard]] EventRecord store_recovered_event(const StoreRecovered& found, Now now);

/// What an event is recognised by in a set of ids.
[[nodiscard]] std::uint64_t id_hash(std::string_view id);

}  // namespace mactiond::core
