#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "core/command.hpp"
#include "core/event.hpp"
#include "core/event_record.hpp"

namespace mactiond::core {

/// No policy cancels for so long after a recovery: what the lost ledger counted is unknown.
inline constexpr Duration kHoldAfterRecovery = std::chrono::hours(1);

/// The last whole line of the transition log.
struct LogEnd {
  std::uint64_t seq = 0;
  WallTime time{};
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
/// changed before that line is taken into it without an event. The ids of the lines that can still
/// be read prevent an event from being recorded a second time, so a change shortly before the line
/// need not be taken for recorded: other regions may have been slower.
[[nodiscard]] std::optional<StoreRecovered> judge_store(const StoreFound& found,
                                                        const std::optional<LogEnd>& log);

/// Where the hold ends that a recovery began; in the past if it has ended.
[[nodiscard]] MonoTime hold_end(const RecoveryRow& recovery, const std::string& boot_id, Now now);

/// Whether the store was recovered so lately that it may not know yet what the log holds.
[[nodiscard]] bool is_fresh(const Snapshot& snapshot, WallTime now);

[[nodiscard]] EventRecord store_recovered_event(const StoreRecovered& found, Now now);

/// What an event is recognised by in a set of ids.
[[nodiscard]] std::uint64_t id_print(std::string_view id);

}  // namespace mactiond::core
