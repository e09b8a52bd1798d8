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

/// No policy cancels for so long after a recovery: what the lost ledger counted is unknown.
inline constexpr Duration kHoldAfterRecovery = std::chrono::hours(1);

/// The last whole line of the transition log.
struct LogEnd {
  std::uint64_t seq = 0;
  WallTime time{};
};

/// What of the log's lines can still be read.
struct LogHistory {
  std::vector<std::uint64_t> ids{};  ///< id_print() of their events, sorted
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
  std::string set_aside{};           ///< where the damaged file is now
  std::int64_t kept = 0;             ///< rows that are still there
  std::int64_t lost = 0;             ///< rows known to be gone
  std::optional<WallTime> newest{};  ///< when the newest event that is left happened
};

/// What to do with the store before anything else happens; nothing if it is whole.
///
/// A store that was lost or is behind the log counts on after the log's last line. What last
/// changed before that line is taken into it without an event, but for what changed within the time
/// seen_within before it: it may not have been seen yet, and ids show whether it was recorded.
[[nodiscard]] std::optional<StoreRecovered> judge_store(const StoreFound& found,
                                                        const std::optional<LogEnd>& log,
                                                        Duration seen_within);

/// How long after it happened a change is seen at most, while all is well.
[[nodiscard]] Duration seen_within(const Options& options);

/// Ids show nothing where they cannot be read any more: what last changed then is no event. What
/// was recorded before a line happened at most seen_within after it, and before the file was
/// written.
void keep_quiet(StoreRecovered& recovered, const LogHistory& history, Duration seen_within);

/// Where the hold ends that a recovery began; in the past if it has ended.
[[nodiscard]] MonoTime hold_end(const RecoveryRow& recovery, const std::string& boot_id, Now now);

/// Whether the store was recovered so lately that it may not know yet what the log holds.
[[nodiscard]] bool is_fresh(const Snapshot& snapshot, WallTime now);

[[nodiscard]] EventRecord store_recovered_event(const StoreRecovered& found, Now now);

/// What an event is recognised by in a set of ids.
[[nodiscard]] std::uint64_t id_print(std::string_view id);

}  // namespace mactiond::core
