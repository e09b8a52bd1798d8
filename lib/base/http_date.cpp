#include "base/http_date.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "base/scanner.hpp"

namespace mactiond {
namespace {

using Names = std::array<std::string_view, 12>;

constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> kLongDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};
constexpr Names kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

template <class Table>
std::optional<unsigned> read_name(Scanner& in, const Table& names) {
  for (unsigned i = 0; i < names.size(); ++i) {
    if (in.literal(names[i])) return i;
  }
  return std::nullopt;
}

struct Fields {
  int year = 0;
  unsigned month = 0;  // 1 to 12
  int day = 0;
  Duration time_of_day{};
};

// A leap second (60) is valid HTTP and counts as the next minute's first second.
bool read_time(Scanner& in, Fields& out) {
  const auto hour = in.digits(2);
  if (!hour || *hour > 23 || !in.literal(":")) return false;
  const auto minute = in.digits(2);
  if (!minute || *minute > 59 || !in.literal(":")) return false;
  const auto second = in.digits(2);
  if (!second || *second > 60) return false;
  out.time_of_day =
      std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  return true;
}

bool read_month(Scanner& in, Fields& out) {
  const auto month = read_name(in, kMonths);
  if (month) out.month = *month + 1;
  return month.has_value();
}

bool read_number(Scanner& in, std::size_t width, int& out) {
  const auto value = in.digits(width);
  if (value) out = *value;
  return value.has_value();
}

// "06 Nov 1994 08:49:37 GMT"
bool read_imf(Scanner& in, Fields& out) {
  return read_number(in, 2, out.day) && in.literal(" ") && read_month(in, out) && in.literal(" ") &&
         read_number(in, 4, out.year) && in.literal(" ") && read_time(in, out) &&
         in.literal(" GMT");
}

// "06-Nov-94 08:49:37 GMT"
bool read_rfc850(Scanner& in, Fields& out) {
  const bool read = read_number(in, 2, out.day) && in.literal("-") && read_month(in, out) &&
                    in.literal("-") && read_number(in, 2, out.year) && in.literal(" ") &&
                    read_time(in, out) && in.literal(" GMT");
  out.year += out.year >= 70 ? 1900 : 2000;
  return read;
}

// "Nov  6 08:49:37 1994"
bool read_asctime(Scanner& in, Fields& out) {
  if (!read_month(in, out) || !in.literal(" ")) return false;
  const std::size_t day_width = in.literal(" ") ? 1 : 2;
  return read_number(in, day_width, out.day) && in.literal(" ") && read_time(in, out) &&
         in.literal(" ") && read_number(in, 4, out.year);
}

bool read_any(Scanner& in, Fields& out) {
  if (read_name(in, kLongDays)) return in.literal(", ") && read_rfc850(in, out);
  if (!read_name(in, kDays)) return false;
  if (in.literal(", ")) return read_imf(in, out);
  return in.literal(" ") && read_asctime(in, out);
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text) {
  Scanner in(text);
  Fields fields;
  if (!read_any(in, fields) || !in.at_end()) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(fields.year),
                                         std::chrono::month(fields.month),
                                         std::chrono::day(static_cast<unsigned>(fields.day)));
  if (!date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + fields.time_of_day;
}

std::string format_http_date(WallTime time) {
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(midnight);
  const std::int64_t second = to_seconds(time - midnight);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays[std::chrono::weekday(midnight).c_encoding()],
                     static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), second / 3600, second / 60 % 60, second % 60);
}

}  // namespace mactiond
