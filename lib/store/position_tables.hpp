#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/statement.hpp"
#include "store/store.hpp"

namespace mactiond::store {

/// How far the transition log and the syslog receivers have come: see the functions of Store.
/// Throws SQLite::Exception.
class PositionTables {
 public:
  explicit PositionTables(SQLite::Database& database);

  /// Inside the transaction of the events themselves.
  void write_log(const LogPosition& position);
  [[nodiscard]] std::optional<LogPosition> log();

  void write_syslog(const std::string& name, std::uint64_t next);
  [[nodiscard]] std::optional<std::uint64_t> syslog(const std::string& name);
  void forget_syslog_except(const std::vector<std::string>& names);

 private:
  Statement upsert_log_;
  Statement select_log_;
  Statement upsert_syslog_;
  Statement select_syslog_;
  Statement select_syslogs_;
  Statement delete_syslog_;
};

}  // namespace mactiond::store
