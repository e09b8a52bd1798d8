#include "freshness.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <variant>

#include "client.hpp"
#include "text.hpp"

namespace mactiond::ctl {
namespace {

namespace json = boost::json;

/// A healthy region with open actions is polled every few seconds.
constexpr std::int64_t kOldSeconds = 120;

std::string text_of(const json::object& object, const char* key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// The largest unit is enough: "9m".
std::string rough_age(std::int64_t seconds) {
  const std::string age = format_age(seconds);
  return age.substr(0, age.find(' '));
}

// "eu: last polled 9m ago (permission 403): this may be old"; empty if the region is fresh.
std::string old_data(const json::object& region) {
  const json::value* seconds = region.if_contains("last_poll_age_s");
  const bool polled = seconds != nullptr && seconds->is_int64();
  const bool fresh =
      polled && text_of(region, "state") == "ok" && seconds->get_int64() <= kOldSeconds;
  if (fresh) return {};
  std::string line = text_of(region, "name");
  line += polled ? ": last polled " + rough_age(seconds->get_int64()) + " ago"
                 : ": not polled since the daemon started";
  // What kind of failure, and the code; the details are in the status.
  const std::string reason = text_of(region, "reason");
  if (!reason.empty()) line += " (" + reason.substr(0, reason.find(": ")) + ')';
  return line + ": this may be old";
}

}  // namespace

std::string format_old_data(const json::object& status, const std::set<std::string>& regions) {
  const json::value* list = status.if_contains("regions");
  if (list == nullptr || !list->is_array()) return {};
  std::string text;
  for (const json::value& item : list->get_array()) {
    if (!item.is_object()) continue;
    const json::object& region = item.get_object();
    if (!regions.empty() && !regions.contains(text_of(region, "name"))) continue;
    const std::string line = old_data(region);
    if (!line.empty()) text += format_table({{line}});
  }
  return text;
}

void warn_of_old_data(const Session& session, const std::set<std::string>& regions) {
  const auto result = get(session.socket, "/v1/status");
  const auto* answer = std::get_if<Answer>(&result);
  if (answer == nullptr || answer->status != 200) return;
  json::error_code error;
  const json::value status = json::parse(answer->body, error);
  if (error || !status.is_object()) return;
  const std::string text = format_old_data(status.get_object(), regions);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace mactiond::ctl
