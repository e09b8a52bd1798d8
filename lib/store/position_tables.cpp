#include "store/position_tables.hpp"

#include <algorithm>

namespace mactiond::store {

PositionTables::PositionTables(SQLite::Database& database)
    : upsert_log_(database, "INSERT OR REPLACE INTO log_position VALUES (1, ?1, ?2, ?3, ?4)"),
      select_log_(database, "SELECT device, inode, \"offset\", first_seq FROM log_position"),
      upsert_syslog_(database, "INSERT OR REPLACE INTO syslog VALUES (?1, ?2)"),
      select_syslog_(database, "SELECT next_seq FROM syslog WHERE name = ?1"),
      select_syslogs_(database, "SELECT name FROM syslog"),
      delete_syslog_(database, "DELETE FROM syslog WHERE name = ?1") {}

void PositionTables::write_log(const LogPosition& position) {
  upsert_log_.run(position.device, position.inode, position.offset, position.first_seq);
}

std::optional<LogPosition> PositionTables::log() {
  Rows row = select_log_.query();
  if (!row.next()) return std::nullopt;
  return LogPosition{row.number(0), row.number(1), row.number(2), row.number(3)};
}

void PositionTables::write_syslog(const std::string& name, std::uint64_t next) {
  upsert_syslog_.run(name, next);
}

std::optional<std::uint64_t> PositionTables::syslog(const std::string& name) {
  Rows row = select_syslog_.query(name);
  if (!row.next()) return std::nullopt;
  return row.number(0);
}

void PositionTables::forget_syslog_except(const std::vector<std::string>& names) {
  std::vector<std::string> known;
  {
    Rows rows = select_syslogs_.query();
    while (rows.next()) known.push_back(rows.text(0));
  }
  for (const std::string& name : known) {
    const bool wanted = std::find(names.begin(), names.end(), name) != names.end();
    if (!wanted) delete_syslog_.run(name);
  }
}

}  // namespace mactiond::store
