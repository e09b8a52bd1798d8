#include "text.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "base/printable.hpp"
#include "json/object.hpp"
#include "login_lines.hpp"

namespace mactiond::ctl {
namespace {

namespace json = boost::json;
using Rows = std::vector<std::vector<std::string>>;

// As the terminal counts: UTF-8 continuation bytes take no room.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80;
  }));
}

constexpr std::size_t kGap = 2;
constexpr std::size_t kColumnMin = 6;

// Takes from the widest column behind the first `whole` until the table fits, or no column can give
// any more.
void fit(std::vector<std::size_t>& widths, std::size_t limit, std::size_t whole) {
  if (limit == 0 || widths.size() <= whole) return;
  std::size_t total = kGap * (widths.size() - 1);
  for (const std::size_t width : widths) total += width;
  while (total > limit) {
    const auto first = widths.begin() + static_cast<std::ptrdiff_t>(whole);
    const auto widest = std::max_element(first, widths.end());
    if (*widest <= kColumnMin) return;
    --*widest;
    --total;
  }
}

std::string painted(const std::string& cell, bool heading) {
  const auto is = [&](std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), cell) != words.end();
  };
  const char* code = nullptr;
  if (heading) code = "1";
  if (is({"ok", "on", "Succeeded", "succeeded", "confirmed"})) code = "32";
  if (is({"starting", "Pending", "InProgress", "paused", "suspended", "hold", "dry_run", "queued",
          "waiting", "sent", "submitted"}))
    code = "33";
  if (is({"degraded", "failing", "disabled", "Failed", "TimeOut", "failed", "cancel", "refused",
          "lost", "expired", "timed_out"}))
    code = "31";
  if (code == nullptr) return cell;
  return std::string("\x1b[") + code + 'm' + cell + "\x1b[0m";
}

// For a terminal.
std::string shown(const json::object& object, std::string_view key) {
  return printable(text_in(object, key));
}

std::string count_of(const json::object& object, std::string_view key) {
  const auto number = number_in(object, key);
  return number ? std::to_string(*number) : "?";
}

// A number that is no count says so.
std::string used_of(const json::object& quota, const std::string& key) {
  const std::string worth = shown(quota, key + "_is");
  const char* sign = "";
  if (worth == "at_most") sign = "\xe2\x89\xa4";
  if (worth == "at_least") sign = "\xe2\x89\xa5";
  return sign + count_of(quota, key);
}

std::vector<std::string> region_row(const json::object& region) {
  const auto age = number_in(region, "last_poll_age_s");
  const auto oldest = number_in(region, "oldest_open_s");
  const auto next = number_in(region, "next_try_s");
  std::string minute = "?";
  std::string hour = "?";
  if (const json::value* quota = region.if_contains("quota"); quota && quota->is_object()) {
    const json::object& used = quota->get_object();
    minute = used_of(used, "minute_used") + '/' + count_of(used, "minute_limit");
    hour = used_of(used, "hour_used") + '/' + count_of(used, "hour_limit");
  }
  return {shown(region, "name"),
          shown(region, "state"),
          count_of(region, "open_actions"),
          oldest ? format_age(*oldest) : "",
          age ? format_age(*age) + " ago" : "never",
          next ? (*next > 0 ? "in " + format_age(*next) : "now") : "",
          minute,
          hour,
          shown(region, "reason")};
}

// How many submissions of all regions have not ended: "submissions: 3 queued, 1 sent"; empty where
// there are none.
std::string open_submissions(const json::array& regions) {
  std::string text;
  for (const char* state : {"queued", "waiting", "sent", "submitted"}) {
    std::int64_t count = 0;
    for (const json::value& region : regions) {
      if (!region.is_object()) continue;
      const json::object& counts = object_in(region.get_object(), "submissions");
      count += number_in(counts, state).value_or(0);
    }
    if (count == 0) continue;
    text += (text.empty() ? "submissions: " : ", ") + std::to_string(count) + ' ' + state;
  }
  return text;
}

std::vector<std::string> webhook_row(const json::object& webhook) {
  return {shown(webhook, "name"), webhook_state(webhook), count_of(webhook, "queued"),
          count_of(webhook, "dead"), shown(webhook, "reason")};
}

template <class Row>
std::string section(std::vector<std::string> heading, const json::array& items, Row row,
                    const Style& style) {
  if (items.empty()) return {};
  Rows rows = {std::move(heading)};
  for (const json::value& item : items) {
    if (item.is_object()) rows.push_back(row(item.get_object()));
  }
  return '\n' + format_table(rows, style);
}

}  // namespace

std::string webhook_state(const json::object& webhook) {
  const bool fails = is_true(webhook, "failing");
  const std::string state = shown(webhook, "state");
  return fails && state == "ok" ? "failing" : state;
}

std::string cut_to(std::string text, std::size_t width) {
  if (width_of(text) <= width) return text;
  std::size_t shown = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xc0U) != 0x80;
    if (begins && shown + 1 == width) break;
    if (begins) ++shown;
    ++end;
  }
  return text.substr(0, end) + "\xe2\x80\xa6";
}

std::string format_table(const Rows& rows, const Style& style, std::size_t whole) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  fit(widths, style.width, whole);
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string cell = cut_to(printable(row[i]), widths[i]);
      line += style.colour ? painted(cell, &row == &rows.front()) : cell;
      line.append(widths[i] - width_of(cell) + kGap, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::string format_age(long long seconds) {
  const auto pair = [](long long large, const char* large_unit, long long small,
                       const char* small_unit) {
    std::string text = std::to_string(large) + large_unit;
    if (small > 0) text += ' ' + std::to_string(small) + small_unit;
    return text;
  };
  if (seconds < 60) return std::to_string(std::max(0LL, seconds)) + 's';
  if (seconds < 3600) return pair(seconds / 60, "m", seconds % 60, "s");
  if (seconds < 86400) return pair(seconds / 3600, "h", seconds % 3600 / 60, "m");
  return pair(seconds / 86400, "d", seconds % 86400 / 3600, "h");
}

std::optional<std::string> format_status(std::string_view body, const Style& style) {
  const auto status = parse_object(body);
  if (!status) return std::nullopt;
  const json::array* regions = list_in(*status, "regions");
  const json::array* webhooks = list_in(*status, "webhooks");
  if (regions == nullptr || webhooks == nullptr) return std::nullopt;
  std::string text = "mactiond " + shown(*status, "version") + " on " + shown(*status, "instance") +
                     ", up " + format_age(number_in(*status, "uptime_s").value_or(0)) +
                     ", last event " + count_of(*status, "last_seq") + ", cancelling " +
                     shown(*status, "cancelling");
  if (text_in(*status, "submitting") == "on") text += ", submitting on";
  text += '\n';
  if (const std::string held = shown(*status, "policies_held"); !held.empty()) {
    text += "no policy cancels: " + held + '\n';
  }
  if (const std::string open = open_submissions(*regions); !open.empty()) text += open + '\n';
  text += login_lines(*regions);
  text += section(
      {"REGION", "STATE", "OPEN", "OLDEST", "POLLED", "NEXT TRY", "MINUTE", "HOUR", "REASON"},
      *regions, region_row, style);
  text += section({"WEBHOOK", "STATE", "QUEUED", "DEAD", "REASON"}, *webhooks, webhook_row, style);
  return text;
}

std::string format_problem(int status, std::string_view body) {
  const auto problem = parse_object(body);
  const std::string code = std::to_string(status);
  if (!problem) return "the daemon answered " + code;
  const std::string detail = shown(*problem, "detail");
  const std::string title = shown(*problem, "title");
  std::string text = code + ' ' + (detail.empty() ? title : title + ": " + detail);
  if (const json::array* errors = list_in(*problem, "errors")) {
    for (const json::value& error : *errors) {
      if (error.is_string()) text += '\n' + printable(std::string(error.get_string()));
    }
  }
  return text;
}

}  // namespace mactiond::ctl
