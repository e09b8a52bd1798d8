#include "store/statement.hpp"

#include <algorithm>

namespace mactiond::store {
namespace {

// 0001-01-01 and 9999-12-31 in ticks of 100 ns since 1970.
constexpr std::int64_t kFirst = -62'135'596'800LL * 10'000'000;
constexpr std::int64_t kLast = 253'402'300'799LL * 10'000'000;
/// The reader of a count adds to it.
constexpr std::int64_t kCountMax = 1'000'000'000;

WallTime to_time(std::int64_t ticks) {
  return WallTime(Duration(std::clamp(ticks, kFirst, kLast)));
}

}  // namespace

Rows::~Rows() { statement_.tryReset(); }

std::int64_t Rows::integer(int column) const { return statement_.getColumn(column).getInt64(); }

int Rows::count(int column) const {
  return static_cast<int>(std::clamp<std::int64_t>(integer(column), 0, kCountMax));
}

MonoTime Rows::instant(int column) const {
  return MonoTime(Duration(std::clamp<std::int64_t>(integer(column), 0, kLast)));
}

std::uint64_t Rows::number(int column) const { return static_cast<std::uint64_t>(integer(column)); }

std::string Rows::text(int column) const { return statement_.getColumn(column).getString(); }

std::optional<std::string> Rows::maybe_text(int column) const {
  const SQLite::Column value = statement_.getColumn(column);
  if (value.isNull()) return std::nullopt;
  return value.getString();
}

WallTime Rows::time(int column) const { return to_time(integer(column)); }

std::optional<WallTime> Rows::maybe_time(int column) const {
  const SQLite::Column value = statement_.getColumn(column);
  if (value.isNull()) return std::nullopt;
  return to_time(value.getInt64());
}

void Statement::bind_one(int index, const std::optional<std::string>& value) {
  if (value) {
    bind_one(index, *value);
  } else {
    statement_.bind(index);
  }
}

void Statement::bind_one(int index, const std::optional<WallTime>& value) {
  if (value) {
    bind_one(index, *value);
  } else {
    statement_.bind(index);
  }
}

}  // namespace mactiond::store
