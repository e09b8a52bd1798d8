#include "store/statement.hpp"

namespace mactiond::store {

Rows::~Rows() { statement_.tryReset(); }

std::int64_t Rows::integer(int column) const { return statement_.getColumn(column).getInt64(); }

std::uint64_t Rows::number(int column) const { return static_cast<std::uint64_t>(integer(column)); }

std::string Rows::text(int column) const { return statement_.getColumn(column).getString(); }

WallTime Rows::time(int column) const { return WallTime(Duration(integer(column))); }

std::optional<WallTime> Rows::maybe_time(int column) const {
  const SQLite::Column value = statement_.getColumn(column);
  if (value.isNull()) return std::nullopt;
  return WallTime(Duration(value.getInt64()));
}

void Statement::bind_one(int index, const std::optional<WallTime>& value) {
  if (value) {
    bind_one(index, *value);
  } else {
    statement_.bind(index);
  }
}

}  // namespace mactiond::store
