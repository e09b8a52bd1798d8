#include "base/iso_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>

#include "base/scanner.hpp"

namespace mactiond {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// What four digits of a year can say; every printed time stays inside.
constexpr WallTime kFirst = std::chrono::sys_days(std::chrono::year(0) / 1 / 1);
constexpr WallTime kLast =
    WallTime(std::chrono::sys_days(std::chrono::year(9999) / 12 / 31) + days(1)) - Duration(1);

std::optional<WallTime> read_date(Scanner& in) {
  const auto year = in.digits(4);
  if (!year || !in.literal("-")) return std::nullopt;
  const auto month = in.digits(2);
  if (!month || !in.literal("-")) return std::nullopt;
  const auto day = in.digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date));
}

std::optional<Duration> read_fraction(Scanner& in) {
  std::int64_t ticks = 0;
  int count = 0;
  for (auto digit = in.digits(1); digit; digit = in.digits(1)) {
    if (count < 7) ticks = ticks * 10 + *digit;
    ++count;
  }
  if (count == 0) return std::nullopt;
  for (; count < 7; ++count) ticks *= 10;
  return Duration(ticks);
}

std::optional<Duration> read_time_of_day(Scanner& in) {
  const auto hour = in.digits(2);
  if (!hour || *hour > 23 || !in.literal(":")) return std::nullopt;
  const auto minute = in.digits(2);
  if (!minute || *minute > 59 || !in.literal(":")) return std::nullopt;
  const auto second = in.digits(2);
  if (!second || *second > 59) return std::nullopt;
  const Duration whole = hours(*hour) + minutes(*minute) + seconds(*second);
  if (!in.literal(".")) return whole;
  const auto fraction = read_fraction(in);
  if (!fraction) return std::nullopt;
  return whole + *fraction;
}

std::optional<Duration> read_zone(Scanner& in) {
  if (in.at_end() || in.literal("Z")) return Duration{};
  const bool east = in.literal("+");
  if (!east && !in.literal("-")) return std::nullopt;
  const auto hour = in.digits(2);
  if (!hour || *hour > 23 || !in.literal(":")) return std::nullopt;
  const auto minute = in.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  const Duration offset = hours(*hour) + minutes(*minute);
  return east ? offset : -offset;
}

}  // namespace

std::optional<WallTime> parse_iso_time(std::string_view text) {
  Scanner in(text);
  const auto date = read_date(in);
  if (!date || !in.literal("T")) return std::nullopt;
  const auto time_of_day = read_time_of_day(in);
  if (!time_of_day) return std::nullopt;
  const auto offset = read_zone(in);
  if (!offset || !in.at_end()) return std::nullopt;
  const WallTime time = *date + *time_of_day - *offset;
  if (time < kFirst || time > kLast) return std::nullopt;
  return time;
}

std::string format_iso_time(WallTime time) {
  const WallTime shown = std::clamp(time, kFirst, kLast);
  const auto midnight = std::chrono::floor<days>(shown);
  const std::chrono::year_month_day date(midnight);
  const Duration rest = shown - midnight;
  const std::int64_t second = to_seconds(rest);
  std::string out;
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}Z",
                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                 static_cast<unsigned>(date.day()), second / 3600, second / 60 % 60, second % 60,
                 (rest - seconds(second)).count());
  return out;
}

std::string format_iso_time_short(WallTime time) {
  std::string out = format_iso_time(time);
  out.pop_back();
  out.erase(out.find_last_not_of('0') + 1);
  if (out.ends_with('.')) out.pop_back();
  out += 'Z';
  return out;
}

}  // namespace mactiond
