#include "store/store.hpp"

#include <SQLiteCpp/Database.h>
#include <sqlite3.h>

#include <algorithm>
#include <set>
#include <utility>

#include "store/cancel_tables.hpp"
#include "store/database_file.hpp"
#include "store/event_row.hpp"
#include "store/query.hpp"
#include "store/reader.hpp"
#include "store/retention.hpp"
#include "store/schema.hpp"
#include "store/statement.hpp"
#include "store/webhook_rows.hpp"
#include "store/writer.hpp"

namespace mactiond::store {
namespace {

/// How many rows one look for what is old goes through: some milliseconds.
constexpr int kLookedAtMax = 5'000;

constexpr const char* kPutLogPosition =
    "INSERT OR REPLACE INTO log_position VALUES (1, ?1, ?2, ?3, ?4)";

constexpr const char* kEvents = R"(
SELECT seq, id, type, time, instance, region, action_id, fields, document
FROM event WHERE seq >= ?1 ORDER BY seq LIMIT ?2)";

constexpr const char* kActions = R"(
SELECT region, id, type, status, vanished, created, last_update, fingerprint,
       final, machine_id, computer_dns_name, requestor, requestor_comment, request_source,
       seen, first_seen, ordered_by, ended_by
FROM action)";

core::StoredAction to_action(const Rows& row) {
  core::StoredAction action;
  action.region = row.text(0);
  action.id.value = row.text(1);
  action.type = ActionType::parse(row.text(2));
  action.status = ActionStatus::parse(row.text(3));
  action.vanished = row.integer(4) != 0;
  action.created = row.maybe_time(5);
  action.last_update = row.maybe_time(6);
  action.fingerprint = row.number(7);
  action.seen = row.time(14);
  action.first_seen = row.time(15);
  action.ordered_by = row.maybe_time(16);
  action.ended_by = row.maybe_time(17);
  const bool open = row.integer(8) == 0 && !action.vanished;
  if (!open) return action;
  action.machine_id = row.text(9);
  action.computer_dns_name = row.text(10);
  action.requestor = row.text(11);
  action.requestor_comment = row.text(12);
  action.request_source = row.text(13);
  return action;
}

std::vector<core::RegionRow> read_regions(SQLite::Database& database) {
  Statement select(database,
                   "SELECT name, watermark, changes_refused_until, degraded, fresh, first_call,"
                   " first_call_by_server FROM region");
  std::vector<core::RegionRow> regions;
  Rows rows = select.query();
  while (rows.next()) {
    core::RegionRow row{rows.text(0), rows.maybe_time(1), rows.maybe_time(2), rows.text(3)};
    row.fresh = rows.integer(4) != 0;
    const auto called = rows.maybe_time(5);
    if (called) row.first_call = core::FirstCall{*called, rows.integer(6) != 0};
    regions.push_back(std::move(row));
  }
  return regions;
}

std::vector<core::QuotaRow> read_quotas(SQLite::Database& database) {
  Statement select(database,
                   "SELECT region, \"window\", boot_id, instant, count, calls FROM quota");
  std::vector<core::QuotaRow> quotas;
  Rows rows = select.query();
  while (rows.next()) {
    quotas.push_back({rows.text(0), rows.text(1), rows.text(2), MonoTime(Duration(rows.integer(3))),
                      static_cast<int>(rows.integer(4)), rows.text(5)});
  }
  return quotas;
}

std::vector<core::StoredAction> read_actions(SQLite::Database& database) {
  Statement select(database, kActions);
  std::vector<core::StoredAction> actions;
  Rows rows = select.query();
  while (rows.next()) actions.push_back(to_action(rows));
  return actions;
}

}  // namespace

struct Store::Impl {
  Impl(std::string name, std::unique_ptr<SQLite::Database> opened)
      : path(std::move(name)),
        database(std::move(opened)),
        begin(*database, "BEGIN IMMEDIATE"),
        end(*database, "COMMIT"),
        rollback(*database, "ROLLBACK"),
        put_log_position(*database, kPutLogPosition),
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
        select_events(*database, kEvents),
        select_oldest(*database, kSelectOldest),
        writer(*database),
        cancels(*database),
        retention(*database),
        reader(*database) {
    last_seq =
        static_cast<std::uint64_t>(database->execAndGet("SELECT last_seq FROM counter").getInt64());
  }

  /// What is migrated and checked; lock may be empty.
  static Result<std::unique_ptr<Impl>> make(std::string path,
                                            std::unique_ptr<SQLite::Database> database,
                                            std::optional<LockFile> lock);

  void write(const core::Batch& batch, const std::optional<LogPosition>& log);
  void roll_back();
  /// Adds what may be tried before it is due, and is not among what is due.
  void add_early(const core::LoadDeliveries& command, core::DeliveriesLoaded& loaded);

  /// Runs what may throw SQLite::Exception.
  template <class Work>
  auto guarded(Work work) -> Result<decltype(work())> {
    try {
      return work();
    } catch (const SQLite::Exception& failure) {
      return to_error(failure, path);
    }
  }

  std::string path;
  std::optional<LockFile> lock;  ///< released last
  std::unique_ptr<SQLite::Database> database;
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
  Statement select_oldest;
  Writer writer;
  CancelTables cancels;
  Retention retention;
  Reader reader;
  std::uint64_t last_seq = 0;
};

Result<std::unique_ptr<Store::Impl>> Store::Impl::make(std::string path,
                                                       std::unique_ptr<SQLite::Database> database,
                                                       std::optional<LockFile> lock) {
  try {
    if (auto migrated = migrate(*database); !migrated) {
      Error error = migrated.error();
      if (error.code == make_error_code(Errc::StoreCorrupt)) return corrupt(path, error.where);
      error.where = path + " (" + error.where + ")";
      return error;
    }
    if (const auto sound = check_database(*database, path); !sound) return sound.error();
    auto impl = std::make_unique<Impl>(path, std::move(database));
    impl->lock = std::move(lock);
    return impl;
  } catch (const SQLite::Exception& failure) {
    return to_error(failure, path);
  }
}

void Store::Impl::write(const core::Batch& batch, const std::optional<LogPosition>& log) {
  begin.run();
  writer.write(batch, last_seq);
  cancels.write(batch);
  if (log) put_log_position.run(log->device, log->inode, log->offset, log->first_seq);
  if (batch.prune_before) {
    retention.prune(*batch.prune_before);
    cancels.prune();
  }
  end.run();
}

void Store::Impl::add_early(const core::LoadDeliveries& command, core::DeliveriesLoaded& loaded) {
  std::set<std::uint64_t> known;
  for (const core::DueDelivery& due : loaded.due) known.insert(due.event.seq);
  const auto limit = known.size() + static_cast<std::size_t>(command.limit);
  Rows rows = select_early.query(command.webhook, static_cast<std::int64_t>(limit) + 1);
  while (rows.next()) {
    const WallTime from = rows.time(14);
    if (from > command.due_until || loaded.due.size() == limit) {
      loaded.next_due = std::min(loaded.next_due.value_or(from), from);
      break;
    }
    if (known.contains(rows.number(0))) continue;
    loaded.due.push_back(to_delivery(rows));
    loaded.due.back().early = true;
  }
}

void Store::Impl::roll_back() {
  // SQLite has rolled back by itself after some failures; then there is nothing to end.
  if (sqlite3_get_autocommit(database->getHandle()) != 0) return;
  try {
    rollback.run();
  } catch (const SQLite::Exception&) {
    // The next BEGIN fails then, and with it the next commit: nothing is taken as written.
  }
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(const std::string& state_dir) {
  auto lock = LockFile::take(state_dir);
  if (!lock) return lock.error();
  const std::string path = state_dir + "/store.db";
  auto database = open_database(path);
  if (!database) return database.error();
  auto impl = Impl::make(path, std::move(*database), std::move(*lock));
  if (!impl) return impl.error();
  return Store(std::move(*impl));
}

Result<Store> Store::open_in_memory() {
  auto database = open_memory_database();
  if (!database) return database.error();
  auto impl = Impl::make(":memory:", std::move(*database), std::nullopt);
  if (!impl) return impl.error();
  return Store(std::move(*impl));
}

Result<core::Snapshot> Store::load() {
  return impl_->guarded([&] {
    core::Snapshot snapshot;
    snapshot.last_seq = impl_->last_seq;
    snapshot.regions = read_regions(*impl_->database);
    snapshot.quotas = read_quotas(*impl_->database);
    snapshot.actions = read_actions(*impl_->database);
    snapshot.webhooks = read_webhooks(*impl_->database);
    impl_->cancels.load(snapshot);
    return snapshot;
  });
}

Result<void> Store::commit(const core::Batch& batch, const std::optional<LogPosition>& log) {
  try {
    impl_->write(batch, log);
  } catch (const SQLite::Exception& failure) {
    const Error error = to_error(failure, impl_->path);
    impl_->roll_back();
    return error;
  }
  if (!batch.events.empty()) impl_->last_seq = batch.events.back().seq;
  return {};
}

Result<core::DeliveriesLoaded> Store::load_deliveries(const core::LoadDeliveries& command) {
  MACTIOND_ASSERT(command.limit > 0);
  return impl_->guarded([&] {
    core::DeliveriesLoaded loaded;
    loaded.command = command.id;
    const auto limit = static_cast<std::size_t>(command.limit);
    // One more than asked for: it tells when the next is due.
    Rows rows = command.oldest ? impl_->select_oldest_head.query(command.webhook)
                               : impl_->select_deliveries.query(command.webhook,
                                                                std::int64_t{command.limit} + 1);
    while (rows.next()) {
      const WallTime due = rows.time(10);
      if (due > command.due_until || loaded.due.size() == limit) {
        loaded.next_due = due;
        break;
      }
      loaded.due.push_back(to_delivery(rows));
    }
    if (command.early) impl_->add_early(command, loaded);
    return loaded;
  });
}

Result<core::OldestLoaded> Store::load_oldest(const core::LoadOldest& command) {
  return impl_->guarded([&] {
    core::OldestLoaded loaded;
    loaded.command = command.id;
    Statement& select = command.dead ? impl_->select_oldest_dead : impl_->select_oldest_queued;
    const int most = command.before ? std::max(command.limit, kLookedAtMax) : command.limit;
    Rows rows = select.query(command.webhook, most);
    while (loaded.rows.size() < static_cast<std::size_t>(command.limit) && rows.next()) {
      // A replayed dead letter comes first and was queued last.
      if (command.before && rows.time(2) >= *command.before) continue;
      loaded.rows.push_back({rows.number(0), static_cast<int>(rows.integer(1))});
    }
    return loaded;
  });
}

Result<std::vector<core::EventRecord>> Store::load_events(std::uint64_t first, int limit) {
  return impl_->guarded([&] {
    std::vector<core::EventRecord> events;
    Rows rows = impl_->select_events.query(first, limit);
    while (rows.next()) events.push_back(to_event(rows));
    return events;
  });
}

Result<std::vector<core::Decision>> Store::load_decisions(const std::string& region,
                                                          const ActionId& action) {
  return impl_->guarded([&] { return impl_->cancels.decisions(region, action); });
}

Result<std::optional<std::uint64_t>> Store::load_syslog_position(const std::string& name) {
  return impl_->guarded([&] {
    Rows row = impl_->select_syslog.query(name);
    return row.next() ? std::optional(row.number(0)) : std::nullopt;
  });
}

Result<void> Store::keep_syslog_position(const std::string& name, std::uint64_t next) {
  const auto done = impl_->guarded([&] { return impl_->put_syslog.run(name, next); });
  return done ? Result<void>() : Result<void>(done.error());
}

Result<void> Store::forget_syslog_except(const std::vector<std::string>& names) {
  const auto done = impl_->guarded([&] {
    std::vector<std::string> known;
    {
      Rows rows = impl_->select_syslogs.query();
      while (rows.next()) known.push_back(rows.text(0));
    }
    for (const std::string& name : known) {
      const bool wanted = std::find(names.begin(), names.end(), name) != names.end();
      if (!wanted) impl_->delete_syslog.run(name);
    }
    return true;
  });
  return done ? Result<void>() : Result<void>(done.error());
}

Result<std::optional<LogPosition>> Store::load_log_position() {
  return impl_->guarded([&]() -> std::optional<LogPosition> {
    Rows row = impl_->select_log_position.query();
    if (!row.next()) return std::nullopt;
    return LogPosition{row.number(0), row.number(1), row.number(2), row.number(3)};
  });
}

Result<std::optional<WallTime>> Store::oldest_queued(const std::string& webhook) {
  return impl_->guarded([&]() -> std::optional<WallTime> {
    Rows row = impl_->select_oldest.query(webhook);
    return row.next() ? row.maybe_time(0) : std::nullopt;
  });
}

Result<core::ActionPage> Store::find_actions(const core::ActionFilter& filter) {
  MACTIOND_ASSERT(filter.limit > 0);
  return impl_->guarded([&] { return impl_->reader.actions(filter); });
}

Result<std::vector<core::ActionView>> Store::find_action(const std::string& id) {
  return impl_->guarded([&] { return impl_->reader.action(id); });
}

Result<std::vector<core::ActionPlace>> Store::find_places(const std::string& id_prefix) {
  return impl_->guarded([&] { return impl_->reader.places(id_prefix); });
}

Result<bool> Store::occurs(core::ActionField field, const std::string& text) {
  return impl_->guarded([&] { return impl_->reader.occurs(field, text); });
}

Result<std::vector<core::EventRecord>> Store::load_history(const core::ActionView& action) {
  return impl_->guarded([&] { return impl_->reader.history(action); });
}

Result<std::vector<core::EventRecord>> Store::find_events(const core::EventFilter& filter) {
  MACTIOND_ASSERT(filter.limit > 0);
  return impl_->guarded([&] { return impl_->reader.events(filter); });
}

Result<core::DeadLetterPage> Store::find_dead_letters(const core::DeadLetterFilter& filter) {
  MACTIOND_ASSERT(filter.limit > 0);
  return impl_->guarded([&] { return impl_->reader.dead_letters(filter); });
}

Result<std::optional<core::DeadLetterView>> Store::find_dead_letter(const std::string& webhook,
                                                                    std::uint64_t seq) {
  return impl_->guarded([&] { return impl_->reader.dead_letter(webhook, seq); });
}

}  // namespace mactiond::store
