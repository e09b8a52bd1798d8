#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "store/cancel_tables.hpp"
#include "store/complaints.hpp"
#include "store/database_file.hpp"
#include "store/file_identity.hpp"
#include "store/overwrite_check.hpp"
#include "store/query.hpp"
#include "store/reader.hpp"
#include "store/recovery_tables.hpp"
#include "store/retention.hpp"
#include "store/slow_check.hpp"
#include "store/statement.hpp"
#include "store/store.hpp"
#include "store/writer.hpp"

namespace mactiond::store {

/// An event that cannot be delivered because its row cannot be understood.
struct BadEvent {
  std::uint64_t seq = 0;
  int attempts = 0;
  std::string reason;
};

/// The store's parts; private to the files store*.cpp.
struct Store::Impl {
  Impl(std::string name, std::unique_ptr<SQLite::Database> opened)
      : path(std::move(name)),
        database(std::move(opened)),
        begin(*database, "BEGIN IMMEDIATE"),
        end(*database, "COMMIT"),
        rollback(*database, "ROLLBACK"),
        put_log_position(*database,
                         "INSERT OR REPLACE INTO log_position VALUES (1, ?1, ?2, ?3, ?4)"),
        select_log_position(*database,
                            "SELECT device, inode, \"offset\", first_seq FROM log_position"),
        put_syslog(*database, "INSERT OR REPLACE INTO syslog VALUES (?1, ?2)"),
        select_syslog(*database, "SELECT next_seq FROM syslog WHERE name = ?1"),
        select_syslogs(*database, "SELECT name FROM syslog"),
        delete_syslog(*database, "DELETE FROM syslog WHERE name = ?1"),
        select_deliveries(*database, kSelectDeliveries),
        select_early(*database, kSelectEarly),
        select_oldest_head(*database, kSelectOldestHead),
        select_oldest_queued(*database, kSelectOldestQueued),
        select_oldest_dead(*database, kSelectOldestDead),
        select_events(*database, kSelectEvents),
        select_event_of_action(*database, kSelectEventOfAction),
        select_oldest(*database, kSelectOldest),
        writer(*database),
        cancels(*database),
        recovery(*database),
        retention(*database, cancels),
        reader(*database, complaints),
        slow_check(*database) {
    last_seq =
        static_cast<std::uint64_t>(database->execAndGet("SELECT last_seq FROM counter").getInt64());
  }

  /// What is migrated and checked.
  static Result<std::unique_ptr<Impl>> make(std::string path,
                                            std::unique_ptr<SQLite::Database> database);

  /// Reads what the start needs: damage in it is found before anything is done. Throws.
  void read_ahead();
  void drop_orphans();
  [[nodiscard]] core::Snapshot read_snapshot();
  [[nodiscard]] std::optional<LogPosition> read_log_position();
  [[nodiscard]] bool log_can_catch_up();
  void write(const core::Batch& batch, const std::optional<LogPosition>& log);
  void roll_back();
  /// Adds what may be tried before it is due, and is not among what is due.
  void add_early(const core::LoadDeliveries& command, core::DeliveriesLoaded& loaded);
  [[nodiscard]] Result<void> bury(const std::string& webhook, const std::vector<BadEvent>& bad,
                                  WallTime now);
  Error failed(const SQLite::Exception& failure);

  /// Runs what may throw SQLite::Exception.
  template <class Work>
  auto guarded(Work work) -> Result<decltype(work())> {
    try {
      if constexpr (std::is_void_v<decltype(work())>) {
        work();
        return {};
      } else {
        return work();
      }
    } catch (const SQLite::Exception& failure) {
      return failed(failure);
    }
  }
  /// The same in a transaction: all of it or nothing.
  template <class Work>
  Result<void> in_transaction(Work work) {
    auto done = guarded([&] {
      ahead.reset();
      begin.run();
      work();
      end.run();
    });
    if (!done) roll_back();
    return done;
  }

  std::string path;
  std::string directory;         ///< empty: in memory
  std::optional<LockFile> lock;  ///< released last
  std::unique_ptr<SQLite::Database> database;
  Complaints complaints;
  Statement begin;
  Statement end;
  Statement rollback;
  Statement put_log_position;
  Statement select_log_position;
  Statement put_syslog;
  Statement select_syslog;
  Statement select_syslogs;
  Statement delete_syslog;
  Statement select_deliveries;
  Statement select_early;
  Statement select_oldest_head;
  Statement select_oldest_queued;
  Statement select_oldest_dead;
  Statement select_events;
  Statement select_event_of_action;
  Statement select_oldest;
  Writer writer;
  CancelTables cancels;
  RecoveryTables recovery;
  Retention retention;
  Reader reader;
  SlowCheck slow_check;
  std::uint64_t last_seq = 0;
  std::optional<core::Snapshot> ahead;  ///< read at start, until the first commit
  FileIdentity file;
  std::optional<OverwriteCheck> overwrite;  ///< of a store in a file
  FileIdentity wal;
  bool damaged = false;
  bool locked_out = false;
  bool checked = true;  ///< every row was read since the start
};

}  // namespace mactiond::store
