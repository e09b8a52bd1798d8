#include "freshness.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <variant>

#include "client.hpp"
#include "json/object.hpp"
#include "text.hpp"

namespace mactiond::ctl {
namespace {

namespace json = boost::json;

/// A healthy region with open actions is polled every few seconds.
constexpr std::int64_t kOldSeconds = 120;

// The largest unit is enough: "9m".
std::string rough_age(std::int64_t seconds) {
  const std::string age = format_age(seconds);
  return age.substr(0, age.find(' '));
}

// "eu: last polled 9m ago (permission 403): this may be old"; empty if the region is fresh.
std::string old_data(const json::object& region) {
  const auto seconds = number_in(region, "last_poll_age_s");
  const bool fresh = seconds && text_in(region, "state") == "ok" && *seconds <= kOldSeconds;
  if (fresh) return {};
  std::string line(text_in(region, "name"));
  line += seconds ? ": last polled " + rough_age(*seconds) + " ago"
                  : ": not polled since the daemon started";
  // What kind of failure, and the code; the details are in the status.
  const std::string reason(text_in(region, "reason"));
  if (!reason.empty()) line += " (" + reason.substr(0, reason.find(": ")) + ')';
  return line + ": this may be old";
}

}  // namespace

std::string format_old_data(const json::object& status, const std::set<std::string>& regions) {
  const json::array* list = list_in(status, "regions");
  if (list == nullptr) return {};
  std::string text;
  for (const json::value& item : *list) {
    if (!item.is_object()) continue;
    const json::object& region = item.get_object();
    if (!regions.empty() && !regions.contains(std::string(text_in(region, "name")))) continue;
    const std::string line = old_data(region);
    if (!line.empty()) text += format_table({{line}});
  }
  return text;
}

void warn_of_old_data(const Session& session, const std::set<std::string>& regions) {
  const auto result = get(session.socket, "/v1/status");
  const auto* answer = std::get_if<Answer>(&result);
  if (answer == nullptr || answer->status != 200) return;
  const auto status = parse_object(answer->body);
  if (!status) return;
  const std::string text = format_old_data(*status, regions);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace mactiond::ctl
