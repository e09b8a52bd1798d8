#include "commands.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "action/machine_action.hpp"
#include "base/exit_code.hpp"
#include "base/json_text.hpp"
#include "base/printable.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "freshness.hpp"
#include "json/object.hpp"
#include "request.hpp"
#include "views.hpp"

namespace mactiond::ctl {
namespace {

namespace json = boost::json;

WallTime wall_now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

// Nothing if it cannot be read or is larger than the daemon takes.
std::optional<std::string> read_config(const std::string& path) {
  constexpr std::size_t kFileMax = std::size_t{1} << 20U;
  std::ifstream file(path, std::ios::binary);
  std::string text(kFileMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.eof() || file.bad()) return std::nullopt;
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

// Whether a list of statuses, separated by commas, names one that no open action has.
bool names_an_end(std::string_view list) {
  while (!list.empty()) {
    const std::string_view word = trim(list.substr(0, list.find(',')));
    if (iequals(word, "vanished") || ActionStatus::parse(word).is_final()) return true;
    list.remove_prefix(std::min(list.find(','), list.size() - 1) + 1);
  }
  return false;
}

// The words of an option that takes several between commas and may be repeated.
std::set<std::string> words_of(const std::vector<std::string>& lists) {
  std::set<std::string> words;
  for (const std::string& list : lists) {
    std::string_view rest = list;
    for (bool more = true; more;) {
      const std::size_t comma = rest.find(',');
      words.emplace(trim(rest.substr(0, comma)));
      more = comma != std::string_view::npos;
      if (more) rest.remove_prefix(comma + 1);
    }
  }
  return words;
}

std::string list_target(const ListChoice& choice) {
  const bool wants_ended =
      std::any_of(choice.statuses.begin(), choice.statuses.end(), names_an_end);
  std::string target = "/v1/actions";
  add_parameter(target, "state", choice.all || (wants_ended && !choice.open) ? "all" : "open");
  // An empty one too: the daemon says what is wrong with it.
  for (const auto& region : choice.regions) append_parameter(target, "region", region);
  for (const auto& type : choice.types) append_parameter(target, "type", type);
  for (const auto& status : choice.statuses) append_parameter(target, "status", status);
  return target;
}

}  // namespace

int show_status(const Session& session) {
  const auto result = get(session.socket, "/v1/status");
  if (const auto exit_code = refused(result)) return *exit_code;
  const std::string& body = std::get<Answer>(result).body;
  const auto text = format_status(body, session.style);
  if (!text) return complain(kExitUnavailable, kForeign);
  return print(session.json ? printable_json(body) : *text);
}

int list_actions(const Session& session, const ListChoice& choice) {
  const auto all = collect(session, {list_target(choice), "actions"}, choice.limit);
  const int exit_code = show_list(session, all, [&](const json::object& answer) {
    return format_actions(answer, wall_now(), session.style);
  });
  warn_of_old_data(session, words_of(choice.regions));
  return exit_code;
}

int show_action(const Session& session, const std::string& id, const std::string& region) {
  std::string target = "/v1/actions/" + percent_encode(id);
  add_parameter(target, "region", region);
  std::set<std::string> regions;
  if (!region.empty()) regions.insert(region);
  const int exit_code = show(
      session, {target},
      [&](const json::object& answer) { return format_action(answer, session.style); },
      [&](const json::object& answer) {
        if (const auto name = find_text(answer, "region")) regions.insert(*name);
      });
  // An action that is not known may be one that is not known yet.
  warn_of_old_data(session, regions);
  return exit_code;
}

int explain(const Session& session, const std::string& config) {
  Question question{"/v1/policies"};
  if (!config.empty()) {
    const auto text = read_config(config);
    if (!text) return complain(kExitUsage, config + ": cannot be read, or is larger than 1 MiB");
    question = {"/v1/policies/explain", "POST",
                '{' + JsonMembers().add("config", *text).add("name", config).text() + '}'};
  }
  const int exit_code = show(session, question, [&](const json::object& answer) {
    return format_plans(answer, session.style);
  });
  warn_of_old_data(session, {});
  return exit_code;
}

int retry_region(const Session& session, const std::string& region) {
  return show(session, change("/v1/regions/" + percent_encode(region) + "/retry"), format_retry);
}

int perform(const Session& session, const std::string& target, const std::string& done) {
  return show(session, change(target), [&](const json::object&) { return done + '\n'; });
}

}  // namespace mactiond::ctl
