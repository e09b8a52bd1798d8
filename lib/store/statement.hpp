#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "base/time.hpp"

namespace mactiond::store {

/// The answer of a query, row by row. While it lives its Statement is in use.
class Rows {
 public:
  explicit Rows(SQLite::Statement& statement) : statement_(statement) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows();

  /// Moves to the first or next row; false after the last one.
  [[nodiscard]] bool next() { return statement_.executeStep(); }

  [[nodiscard]] std::int64_t integer(int column) const;
  /// Cut to 0 and what an int holds.
  [[nodiscard]] int count(int column) const;
  /// Of a monotonic clock: cut to 0 and some thousand years.
  [[nodiscard]] MonoTime instant(int column) const;
  [[nodiscard]] std::uint64_t number(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::optional<std::string> maybe_text(int column) const;
  /// What lies outside the years 1 to 9999 is cut to them: no row can bring arithmetic to overflow.
  [[nodiscard]] WallTime time(int column) const;
  [[nodiscard]] std::optional<WallTime> maybe_time(int column) const;

 private:
  SQLite::Statement& statement_;
};

/// A statement prepared once. Parameters are ?1, ?2, … in the order of the arguments. Every use
/// leaves it reset, so that it never keeps a read transaction open. Throws SQLite::Exception.
class Statement {
 public:
  Statement(SQLite::Database& database, const char* sql) : statement_(database, sql) {}

  /// Runs a writing statement to its end. How many rows it changed.
  template <class... Values>
  int run(const Values&... values) {
    const Rows reset_at_end(statement_);
    bind(values...);
    return statement_.exec();
  }

  /// A text is not copied: it lives until the last row is read.
  template <class... Values>
  [[nodiscard]] Rows query(Values&&... values) {
    static_assert((!std::is_same_v<std::remove_const_t<Values>, std::string> && ...),
                  "a temporary text is gone before its rows are read");
    bind(values...);
    return Rows(statement_);
  }

 private:
  template <class... Values>
  void bind(const Values&... values) {
    int index = 0;
    (bind_one(++index, values), ...);
  }

  void bind_one(int index, std::int64_t value) { statement_.bind(index, value); }
  void bind_one(int index, std::uint64_t value) {
    statement_.bind(index, static_cast<std::int64_t>(value));
  }
  void bind_one(int index, int value) { statement_.bind(index, value); }
  void bind_one(int index, bool value) { statement_.bind(index, value ? 1 : 0); }
  // Not copied: what run() gets lives until it returns.
  void bind_one(int index, const std::string& value) { statement_.bindNoCopy(index, value); }
  void bind_one(int index, const std::optional<std::string>& value);
  void bind_one(int index, WallTime value) {
    statement_.bind(index, std::int64_t{value.time_since_epoch().count()});
  }
  void bind_one(int index, const std::optional<WallTime>& value);

  SQLite::Statement statement_;
};

}  // namespace mactiond::store
