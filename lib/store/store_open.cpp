#include <sqlite3.h>
#include <unistd.h>

#include <utility>

#include "store/damage_mark.hpp"
#include "store/event_row.hpp"
#include "store/salvage.hpp"
#include "store/schema.hpp"
#include "store/store_impl.hpp"

// How a store is opened, and what is found out about it as a whole.

namespace mactiond::store {

Result<std::unique_ptr<Store::Impl>> Store::Impl::make(std::string path,
                                                       std::unique_ptr<SQLite::Database> database) {
  try {
    if (auto migrated = migrate(*database); !migrated) {
      Error error = migrated.error();
      if (error.code == make_error_code(Errc::StoreCorrupt)) return corrupt(path, error.where);
      error.where = path + " (" + error.where + ")";
      return error;
    }
    const auto sound = check_database(*database, path);
    if (!sound) return sound.error();
    auto impl = std::make_unique<Impl>(path, std::move(database));
    impl->checked = *sound;
    impl->read_ahead();
    if (!impl->log_can_catch_up()) return corrupt(path, "an event that the log lacks is missing");
    impl->database->setBusyTimeout(kLoopBusyMs);
    checkpoint_at_close(*impl->database, true);
    return impl;
  } catch (const SQLite::Exception& failure) {
    return to_open_error(failure, path);
  }
}

void Store::Impl::read_ahead() {
  const auto position = positions.log();
  if (position && (position->first_seq < 1 || position->first_seq > last_seq + 1)) {
    database->exec("DELETE FROM log_position");
  }
  drop_orphans();
  ahead = read_snapshot();
  if (const int count = cancels.left_out(); count > 0) {
    complaints.add(std::to_string(count) + " decisions to cancel are of an unknown state");
  }
  if (const int count = submissions.left_out(); count > 0) {
    complaints.add(std::to_string(count) + " submissions are of an unknown state or type");
  }
}

/// A delivery whose event is gone can never be made.
void Store::Impl::drop_orphans() {
  constexpr const char* kItsEvent = "(SELECT 1 FROM event e WHERE e.seq = d.seq)";
  struct Orphan {
    std::string webhook;
    std::uint64_t seq;
  };
  std::vector<Orphan> orphans;
  for (const char* table : {"delivery", "dead_letter"}) {
    Statement select(*database, (std::string("SELECT webhook, seq FROM ") + table +
                                 " d WHERE NOT EXISTS " + kItsEvent)
                                    .c_str());
    for (Rows rows = select.query(); rows.next();)
      orphans.push_back({rows.text(0), rows.number(1)});
  }
  if (orphans.empty()) return;
  core::Batch batch;
  for (const Orphan& orphan : orphans) {
    batch.ends.push_back({orphan.webhook, orphan.seq, 0, false, {}, {}});
    batch.deleted_letters.push_back({orphan.webhook, orphan.seq, {}});
    complaints.add("event " + std::to_string(orphan.seq) + " is missing: webhook " +
                   orphan.webhook + " does not get it");
  }
  write(batch, std::nullopt);
}

/// Whether every event from the committed position on is there and readable.
bool Store::Impl::log_can_catch_up() {
  const auto position = positions.log();
  if (!position) return true;
  std::uint64_t next = position->first_seq;
  while (next <= last_seq) {
    Rows rows = select_events.query(next, 500);
    const std::uint64_t began = next;
    while (rows.next()) {
      const auto event = to_logged_event(rows);
      if (!event || event->seq != next) return false;
      ++next;
    }
    if (next == began) return false;
  }
  return true;
}

Result<Store> Store::open(const std::string& state_dir) { return open(state_dir, {}); }

Result<Store> Store::open(const std::string& state_dir, const Opening& opening) {
  auto lock = LockFile::take(state_dir);
  if (!lock) return lock.error();
  const std::string path = state_dir + "/store.db";
  if (const auto finished = finish_salvage(path); !finished) return finished.error();
  auto opened = open_file(path);
  if (!opened && !opening.stamp.empty() &&
      opened.error().code == make_error_code(Errc::StoreCorrupt)) {
    Result<std::optional<std::uint64_t>> logged = std::optional<std::uint64_t>();
    if (opening.logged) logged = opening.logged();
    if (!logged) return logged.error();
    const auto salvaged = salvage(path, opening.stamp, opened.error().where, *logged);
    if (!salvaged) return salvaged.error();
    remove_damage_mark(path);
    opened = open_file(path);
  }
  if (!opened) return opened.error();
  auto& impl = *opened;
  impl->directory = state_dir;
  impl->file = FileIdentity::of(path);
  const auto looked = impl->guarded([&] {
    impl->overwrite.emplace(*impl->database);
    (void)impl->overwrite->overwritten();
  });
  if (!looked) return looked.error();
  impl->lock = std::move(*lock);
  return Store(std::move(impl));
}

Result<std::unique_ptr<Store::Impl>> Store::open_file(const std::string& path) {
  // Where there is no file, it was moved away on purpose.
  const bool exists = ::access(path.c_str(), F_OK) == 0;
  if (const auto cause = exists ? read_damage_mark(path) : std::nullopt) {
    return corrupt(path, "met while the daemon ran: " + *cause);
  }
  remove_damage_mark(path);
  auto database = open_database(path);
  if (!database) return database.error();
  return Impl::make(path, std::move(*database));
}

Result<Store> Store::open_in_memory() {
  auto database = open_memory_database();
  if (!database) return database.error();
  auto impl = Impl::make(":memory:", std::move(*database));
  if (!impl) return impl.error();
  return Store(std::move(*impl));
}

bool Store::damaged() const { return impl_->damaged; }

bool Store::locked_out() const { return impl_->locked_out; }

bool Store::replaced() const { return impl_->replaced; }

std::optional<std::string> Store::check_files() {
  if (!impl_->directory) return std::nullopt;
  if (impl_->file.changed(impl_->path)) {
    // At its close SQLite removes the -wal by name: it may be the new file's.
    checkpoint_at_close(*impl_->database, false);
    return impl_->path;
  }
  // What is there now does not fit the -wal, or not what this process has read.
  if (impl_->overwrite->overwritten()) impl_->content_replaced();
  // A copy of all files, or a restored backup, looks like SQLite's own work. Where nothing can be
  // read, other reads and the next commit say so.
  if (!impl_->replaced) {
    const auto fits = impl_->guarded([&] { return impl_->counter_fits(); });
    if (fits && !*fits) impl_->content_replaced();
  }
  if (impl_->replaced) return impl_->path;
  // It appears with the first commit and stays until the store is closed.
  const std::string wal = impl_->path + "-wal";
  if (!impl_->wal.known()) impl_->wal = FileIdentity::of(wal);
  if (impl_->wal.changed(wal)) return wal;
  const bool locked = !impl_->lock || impl_->lock->in_place(*impl_->directory);
  if (locked) return std::nullopt;
  return *impl_->directory + "/mactiond.lock";
}

Result<void> Store::check_some() {
  if (impl_->checked) return {};
  const auto done = impl_->guarded([&] { return impl_->slow_check.step(); });
  if (!done && impl_->locked_out) return {};
  impl_->checked = !done || *done;
  if (!done) return done.error();
  return {};
}

bool Store::is_checked() const { return impl_->checked; }

std::vector<std::string> Store::take_complaints() { return impl_->complaints.take(); }

Result<core::StoreFound> Store::found() {
  return impl_->guarded([&] {
    const auto number = [&](const char* sql) {
      return impl_->database->execAndGet(sql).getInt64();
    };
    core::StoreFound found;
    found.last_seq = impl_->last_seq;
    // A store with events has that row if it was ever written.
    found.switch_known = found.last_seq > 0 || number("SELECT count(*) FROM switch") > 0;
    Statement newest(*impl_->database, "SELECT max(time) FROM event");
    if (Rows row = newest.query(); row.next()) found.newest = row.maybe_time(0);
    impl_->recovery.load(found);
    return found;
  });
}

Result<std::int64_t> Store::count_rows() {
  return impl_->guarded([&] { return count_kept(*impl_->database); });
}

}  // namespace mactiond::store
