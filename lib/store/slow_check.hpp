#pragma once

#include <SQLiteCpp/Database.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace mactiond::store {

/// Reads every row of the large tables once, in the order of their keys, a few at a time: damage in
/// a store that is too large to be read at start is met before the row is needed.
class SlowCheck {
 public:
  explicit SlowCheck(SQLite::Database& database) : database_(database) {}

  /// Some milliseconds of reading. True once all was read. Throws SQLite::Exception.
  [[nodiscard]] bool step();

 private:
  SQLite::Database& database_;
  std::size_t table_ = 0;
  std::string name_;         ///< of the last row read: its webhook or id
  std::int64_t number_ = 0;  ///< its seq or rowid
};

}  // namespace mactiond::store
