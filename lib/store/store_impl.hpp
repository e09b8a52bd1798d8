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
#include "store/delivery_reader.hpp"
#include "store/file_identity.hpp"
#include "store/machine_names.hpp"
#include "store/machine_table.hpp"
#include "store/overwrite_check.hpp"
#include "store/position_tables.hpp"
#include "store/query.hpp"
#include "store/reader.hpp"
#include "store/recovery_tables.hpp"
#include "store/retention.hpp"
#include "store/slow_check.hpp"
#include "store/statement.hpp"
#include "store/store.hpp"
#include "store/submission_table.hpp"
#include "store/writer.hpp"

namespace mactiond::store {

/// The store's parts; private to the files store*.cpp.
struct Store::Impl {
  Impl(std::string name, std::unique_ptr<SQLite::Database> opened)
      : path(std::move(name)),
        database(std::move(opened)),
        begin(*database, "BEGIN IMMEDIATE"),
        end(*database, "COMMIT"),
        rollback(*database, "ROLLBACK"),
        select_last_seq(*database, "SELECT last_seq FROM counter"),
        select_events(*database, kSelectEvents),
        select_event_of_action(*database, kSelectEventOfAction),
        writer(*database),
        deliveries(*database),
        positions(*database),
        cancels(*database),
        submissions(*database),
        machines(*database),
        recovery(*database),
        retention(*database, cancels, submissions, machines),
        reader(*database, complaints),
        machine_names(*database),
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
  [[nodiscard]] bool log_can_catch_up();
  /// Begins a transaction; throws where another program replaced the content.
  void begin_writing();
  /// Whether the counter of events is what was committed last.
  [[nodiscard]] bool counter_fits();
  /// The next start recovers what is in the file now.
  void content_replaced();
  void write(const core::Batch& batch, const std::optional<LogPosition>& log);
  void roll_back();
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
      begin_writing();
      work();
      end.run();
    });
    if (!done) roll_back();
    return done;
  }

  std::string path;
  std::optional<std::string> directory;  ///< nothing: in memory
  std::optional<LockFile> lock;          ///< released last
  std::unique_ptr<SQLite::Database> database;
  Complaints complaints;
  Statement begin;
  Statement end;
  Statement rollback;
  Statement select_last_seq;
  Statement select_events;
  Statement select_event_of_action;
  Writer writer;
  DeliveryReader deliveries;
  PositionTables positions;
  CancelTables cancels;
  SubmissionTable submissions;
  MachineTable machines;
  RecoveryTables recovery;
  Retention retention;
  Reader reader;
  MachineNames machine_names;
  SlowCheck slow_check;
  std::uint64_t last_seq = 0;           ///< committed last
  std::optional<core::Snapshot> ahead;  ///< read at start, until the first commit
  FileIdentity file;
  std::optional<OverwriteCheck> overwrite;  ///< of a store in a file
  FileIdentity wal;
  bool damaged = false;
  bool replaced = false;  ///< another program put other content into the files
  bool locked_out = false;
  bool disk_full = false;  ///< the last failure was for lack of space
  bool checked = true;     ///< every row was read since the start
};

}  // namespace mactiond::store
