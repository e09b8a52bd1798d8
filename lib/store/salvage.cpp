#include "store/salvage.hpp"

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/sync_directory.hpp"
#include "store/database_file.hpp"
#include "store/event_row.hpp"
#include "store/recovery_tables.hpp"
#include "store/schema.hpp"
#include "store/statement.hpp"
#include "store/submission_schema.hpp"

namespace mactiond::store {
namespace {

constexpr std::array kSuffixes{"", "-wal", "-shm"};
/// No table of a working store comes near it; a damaged tree may go in circles.
constexpr std::int64_t kRowsMax = 5'000'000;

/// A table that is carried over as it is. The new one is STRICT: what has another storage class
/// does not get in.
struct Table {
  const char* name;
  const char* columns;
  int count;
  const char* key;
  const char* valid;  ///< of a row in the new table
  /// What an older store has in place of columns, if it lacks the last of them.
  const char* older = nullptr;
  int since = 0;  ///< the version from which a store has the table
};

constexpr std::array kTables{
    Table{"dead_letter", "webhook, seq, attempts, reason, died", 5, "webhook, seq",
          "webhook <> '' AND seq > 0 AND attempts >= 0"},
    Table{"delivery", "webhook, seq, head, queued, due, attempts, last_reason, order_key", 8,
          "webhook, seq", "webhook <> '' AND seq > 0 AND attempts >= 0",
          "webhook, seq, head, queued, due, attempts, last_reason, action_id"},
    Table{"decision",
          "id, region, action_id, type, policy, asker, status, comment, decided, age, state, "
          "posts, unsure, posted, posted_boot, posted_mono, answer, outcome, ended, operator_note",
          20, "id",
          "id <> '' AND posts BETWEEN 0 AND 100 AND state IN ('decided', 'posted', 'accepted', "
          "'confirmed', 'overtaken', 'failed')",
          "id, region, action_id, type, policy, iif(policy = '', 'unknown', ''), status, comment, "
          "decided, age, state, posts, unsure, posted, posted_boot, posted_mono, answer, outcome, "
          "ended, iif(policy = '', asker, '')"},
    Table{"submission",
          "number, id, region, state, ended, machine_id, type, asker, operator_note, "
          "idempotency_key, body_hash, on_blocker, wait_blocker, asked_server, asked_wall, "
          "asked_boot, asked_mono, waiting_server, waiting_wall, waiting_boot, waiting_mono, "
          "unblocked_server, unblocked_wall, unblocked_boot, unblocked_mono, posted_server, "
          "posted_wall, posted_boot, posted_mono, posts, action_id, blocked_by, submitted, reason, "
          "answer, comment, request",
          37, "number",
          "id <> '' AND region <> '' AND machine_id <> '' AND posts >= 0 AND (state IN "
          "('succeeded', 'failed', 'timed_out', 'cancelled', 'refused', 'lost', 'expired') "
          "AND ended IS NOT NULL OR state IN ('queued', 'waiting', 'sent', 'submitted') "
          "AND ended IS NULL)",
          nullptr, kSubmissionsVersion},
    Table{"stale_told", "region, action_id, policy, status", 4, "region, action_id, policy, status",
          "1"},
    Table{"suppressed", "policy, hour", 2, "policy", "1"},
    Table{"switch", "one, cancelling_suspended", 2, "one", "cancelling_suspended IN (0, 1)"},
    Table{"webhook", "name, state, failures_in_a_row, by_operator, reason, held_until", 6, "name",
          "state IN ('ok', 'paused', 'disabled') AND failures_in_a_row >= 0"},
    Table{"syslog", "name, next_seq", 2, "name", "next_seq > 0"},
};

constexpr const char* kEvent =
    "seq, id, type, time, instance, region, action_id, fields, document, webhook, action_type, "
    "from_status, to_status, backlog, machine_group, machine_tags";
/// Of a store whose events know no machine yet, or no subject at all.
constexpr const char* kFormerEvent =
    "seq, id, type, time, instance, region, action_id, fields, document, webhook, action_type, "
    "from_status, to_status, backlog, NULL, '[]'";
constexpr const char* kOlderEvent =
    "seq, id, type, time, instance, region, action_id, fields, document, '', '', '', '', 0, "
    "NULL, '[]'";

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Error rename_error(const std::string& path) {
  return {Errc::PathNotUsable, path + " (" + std::generic_category().message(errno) + ")"};
}

/// "a, b" as "a DESC, b DESC".
std::string ordered(std::string_view key, const std::string& direction) {
  std::string text;
  for (const char c : key) {
    if (c == ',') text += ' ' + direction;
    text += c;
  }
  return text + ' ' + direction;
}

/// Copies a column as it is.
void copy(SQLite::Statement& to, int index, const SQLite::Column& value) {
  if (value.isNull()) {
    to.bind(index);
  } else if (value.isInteger()) {
    to.bind(index, value.getInt64());
  } else if (value.isFloat()) {
    to.bind(index, value.getDouble());
  } else if (value.isBlob()) {
    to.bind(index, value.getBlob(), value.getBytes());
  } else {
    to.bind(index, value.getString());
  }
}

/// Carries rows from a damaged database over to a new one.
class Carrier {
 public:
  Carrier(SQLite::Database& from, SQLite::Database& to) : from_(from), to_(to) {}

  void carry(const Table& table) {
    if (version() < table.since) return;
    // A damaged page ends a walk: the other end is reached from the other side.
    const bool whole = walk(table, "ASC");
    if (!whole && !walk(table, "DESC")) ++lost;
    if (whole) readable_.emplace_back(table.name);
    const std::string name = table.name;
    lost += to_.exec("DELETE FROM " + name + " WHERE NOT (" + table.valid + ")");
  }

  /// The events that something carried over refers to, and those after logged without a gap.
  void carry_events(std::optional<std::uint64_t> logged) {
    const bool knows = knows_subjects();
    event_columns_ = !knows ? kOlderEvent : knows_machines() ? kEvent : kFormerEvent;
    SQLite::Statement wanted(to_,
                             "SELECT seq FROM delivery UNION SELECT seq FROM dead_letter"
                             " ORDER BY seq");
    while (wanted.executeStep()) (void)carry_event(wanted.getColumn(0).getInt64());
    if (logged) {
      auto next = static_cast<std::int64_t>(*logged) + 1;
      while (carry_event(next)) ++next;
      lost += to_.exec("DELETE FROM event WHERE seq >= " + std::to_string(next));
    }
    const std::string missing = " WHERE NOT EXISTS (SELECT 1 FROM event WHERE event.seq = ";
    lost += to_.exec("DELETE FROM delivery" + missing + "delivery.seq)");
    lost += to_.exec("DELETE FROM dead_letter" + missing + "dead_letter.seq)");
    to_.exec(
        "UPDATE delivery SET head = order_key = '' OR seq = (SELECT min(seq) FROM delivery d"
        " WHERE d.webhook = delivery.webhook AND d.order_key = delivery.order_key)");
    if (!knows) to_.exec(kReadSubjects);
    to_.exec("UPDATE counter SET last_seq = (SELECT coalesce(max(seq), 0) FROM event)");
  }

  /// Every row of the table could be read.
  [[nodiscard]] bool read_whole(const std::string& table) const {
    return std::find(readable_.begin(), readable_.end(), table) != readable_.end();
  }

  std::int64_t lost = 0;

 private:
  bool walk(const Table& table, const char* direction) {
    try {
      SQLite::Statement select(from_, std::string("SELECT ") + columns_in_old(table) + " FROM " +
                                          table.name + " ORDER BY " +
                                          ordered(table.key, direction));
      std::string places = "?";
      for (int i = 1; i < table.count; ++i) places += ", ?";
      SQLite::Statement insert(to_, std::string("INSERT OR IGNORE INTO ") + table.name + " (" +
                                        table.columns + ") VALUES (" + places + ")");
      for (std::int64_t row = 0; row < kRowsMax && select.executeStep(); ++row) {
        put(select, insert, table.count);
      }
      return true;
    } catch (const SQLite::Exception&) {
      return false;
    }
  }

  const char* columns_in_old(const Table& table) {
    if (table.older == nullptr) return table.columns;
    const std::string_view columns = table.columns;
    const std::string last(columns.substr(columns.rfind(' ') + 1));
    return has_column(table.name, last) ? table.columns : table.older;
  }

  bool has_column(const char* table, const std::string& column) {
    SQLite::Statement known(from_, "SELECT count(*) FROM pragma_table_info(?) WHERE name = ?");
    known.bind(1, table);
    known.bind(2, column);
    return known.executeStep() && known.getColumn(0).getInt() > 0;
  }

  /// The columns alone say nothing: they are there one step before they are filled.
  bool knows_subjects() {
    try {
      return version() >= kSubjectsVersion && has_column("event", "backlog");
    } catch (const SQLite::Exception&) {
      return false;
    }
  }

  bool knows_machines() {
    try {
      return has_column("event", "machine_tags");
    } catch (const SQLite::Exception&) {
      return true;
    }
  }

  /// Of the damaged store; it is of the newest where that cannot be read.
  int version() {
    try {
      return from_.execAndGet("PRAGMA user_version").getInt();
    } catch (const SQLite::Exception&) {
      return static_cast<int>(migrations().size());
    }
  }

  void put(SQLite::Statement& row, SQLite::Statement& insert, int count) {
    try {
      for (int i = 0; i < count; ++i) copy(insert, i + 1, row.getColumn(i));
      insert.exec();
    } catch (const SQLite::Exception&) {
      ++lost;
    }
    insert.tryReset();
  }

  bool carry_event(std::int64_t seq) {
    try {
      SQLite::Statement select(
          from_, std::string("SELECT ") + event_columns_ + " FROM event WHERE seq = ?");
      select.bind(1, seq);
      if (!select.executeStep()) return false;
      const Rows row(select);
      if (seq <= 0 || !to_event(row)) return false;
      SQLite::Statement insert(to_,
                               std::string("INSERT OR IGNORE INTO event (") + kEvent +
                                   ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
      for (int i = 0; i < kEventColumns; ++i) copy(insert, i + 1, select.getColumn(i));
      insert.exec();
      return true;
    } catch (const SQLite::Exception&) {
      return false;
    }
  }

  SQLite::Database& from_;
  SQLite::Database& to_;
  std::vector<std::string> readable_;
  const char* event_columns_ = kEvent;  ///< in the damaged store
};

struct Carried {
  std::int64_t kept = 0;
  std::int64_t lost = 0;
  bool switch_known = false;
};

/// What the damaged store still gives. Read only: the evidence stays as it is.
Carried carry_over(const std::string& path, SQLite::Database& to,
                   std::optional<std::uint64_t> logged) {
  try {
    SQLite::Database from(path, SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX);
    Carrier carrier(from, to);
    for (const Table& table : kTables) carrier.carry(table);
    carrier.carry_events(logged);
    return {count_kept(to), carrier.lost, carrier.read_whole("switch")};
  } catch (const SQLite::Exception&) {
    // Not even opened: nothing is known of it.
    return {count_kept(to), 1, false};
  }
}

std::string free_name(const std::string& path, const std::string& stamp) {
  const std::string first = path + ".damaged-" + stamp;
  std::string name = first;
  const auto taken = [&] {
    return std::any_of(kSuffixes.begin(), kSuffixes.end(),
                       [&](const char* suffix) { return exists(name + suffix); });
  };
  for (int number = 2; taken(); ++number) name = first + '-' + std::to_string(number);
  return name;
}

/// Durable when it returns.
Result<void> move_to(const std::string& path, const std::string& name) {
  for (const char* suffix : kSuffixes) {
    const std::string from = path + suffix;
    if (!exists(from)) continue;
    if (::rename(from.c_str(), (name + suffix).c_str()) != 0) return rename_error(from);
  }
  sync_directory_of(path);
  return {};
}

void remove_all(const std::string& path) {
  for (const char* suffix : kSuffixes) ::unlink((path + suffix).c_str());
}

}  // namespace

Result<void> finish_salvage(const std::string& path) {
  const std::string made = path + ".new";
  if (!exists(made)) return {};
  if (exists(path)) {
    remove_all(made);
    return {};
  }
  // The damaged file was moved, its -wal perhaps not: it must not be taken for the new one's.
  if (const auto moved = move_to(path, free_name(path, "rest")); !moved) return moved.error();
  return move_to(made, path);
}

Result<void> salvage(const std::string& path, const std::string& stamp, const std::string& damage,
                     std::optional<std::uint64_t> logged) {
  const std::string made = path + ".new";
  remove_all(made);
  const std::string name = free_name(path, stamp);
  {
    auto fresh = open_database(made);
    if (!fresh) return fresh.error();
    try {
      if (const auto migrated = migrate(**fresh); !migrated) return migrated.error();
      SQLite::Transaction transaction(**fresh, SQLite::TransactionBehavior::IMMEDIATE);
      const Carried carried = carry_over(path, **fresh, logged);
      Statement report(**fresh, "INSERT INTO carried_over VALUES (1, ?1, ?2, ?3, ?4, ?5)");
      report.run(damage, name, carried.kept, carried.lost, carried.switch_known);
      transaction.commit();
      checkpoint_at_close(**fresh, true);
    } catch (const SQLite::Exception& failure) {
      return to_error(failure, made);
    }
  }
  if (const auto moved = move_to(path, name); !moved) return moved.error();
  return move_to(made, path);
}

}  // namespace mactiond::store
