#include "commands.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "action/machine_action.hpp"
#include "base/exit_code.hpp"
#include "base/json_text.hpp"
#include "base/printable.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"
#include "client.hpp"
#include "freshness.hpp"
#include "views.hpp"

namespace mactiond::ctl {
namespace {

namespace json = boost::json;

constexpr const char* kForeign = "what listens there does not answer like mactiond";

int complain(int exit_code, const std::string& message) {
  std::fprintf(stderr, "mactionctl: %s\n", printable_lines(message).c_str());
  return exit_code;
}

int print(std::string_view text) {
  const bool taken = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (taken && std::fflush(stdout) == 0) return 0;
  return complain(kExitSoftware,
                  "the answer cannot be written: " + std::generic_category().message(errno));
}

std::optional<json::object> parse(std::string_view text) {
  json::error_code error;
  json::value value = json::parse({text.data(), text.size()}, error);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

// The exit code of an answer that is none to print, else nothing.
std::optional<int> refused(const std::variant<Answer, Failure>& result) {
  if (const auto* failure = std::get_if<Failure>(&result)) {
    return complain(kExitUnavailable, failure->message);
  }
  const auto& answer = std::get<Answer>(result);
  if (answer.status == 200) return std::nullopt;
  return complain(kExitRefused, format_problem(answer.status, answer.body));
}

using Format = std::function<std::string(const json::object&)>;

// look: sees the answer before it is printed, in whatever form.
int show(const Session& session, const Question& question, const Format& format,
         const std::function<void(const json::object&)>& look = {}) {
  const auto result = ask(session.socket, question);
  if (const auto exit_code = refused(result)) return *exit_code;
  const std::string& body = std::get<Answer>(result).body;
  const auto object = parse(body);
  if (!object) return complain(kExitUnavailable, kForeign);
  if (look) look(*object);
  return print(session.json ? printable_json(body) : format(*object));
}

// The name in the environment: of who became root by sudo, the socket's peer is only root. Empty
// where there is none that the daemon would take.
std::string user_name() {
  constexpr std::size_t kNameMax = 200;  // a byte may become three
  for (const char* variable : {"SUDO_USER", "USER", "LOGNAME"}) {
    const char* name = std::getenv(variable);
    if (name != nullptr && *name != '\0')
      return mend_utf8(std::string_view(name).substr(0, kNameMax / 3));
  }
  return {};
}

// A request that changes something, with the operator's name as a note.
Question change(const std::string& target, json::object body = {}) {
  const std::string name = user_name();
  if (!name.empty()) body["operator"] = name;
  return {target, "POST", json::serialize(body)};
}

WallTime wall_now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

void append_parameter(std::string& target, const char* name, const std::string& value) {
  target += target.find('?') == std::string::npos ? '?' : '&';
  target += std::string(name) + '=' + percent_encode(value);
}

void add_parameter(std::string& target, const char* name, const std::string& value) {
  if (!value.empty()) append_parameter(target, name, value);
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

// What the daemon takes as a limit at most.
constexpr int kPageMax = 1000;

// Page after page under key, until there is no next one or there are limit of them.
std::variant<json::object, int> collect(const Session& session, const std::string& target,
                                        const char* key, int limit) {
  json::array all;
  json::value next = nullptr;
  do {
    std::string page = target;
    const int missing = limit - static_cast<int>(all.size());
    add_parameter(page, "limit", std::to_string(std::min(missing, kPageMax)));
    if (next.is_string()) add_parameter(page, "cursor", std::string(next.get_string()));
    const auto result = get(session.socket, page);
    if (const auto exit_code = refused(result)) return *exit_code;
    auto object = parse(std::get<Answer>(result).body);
    if (!object || !object->contains(key) || !object->at(key).is_array()) {
      return complain(kExitUnavailable, kForeign);
    }
    for (json::value& item : object->at(key).get_array()) all.push_back(std::move(item));
    next = object->contains("next") ? object->at("next") : json::value(nullptr);
  } while (next.is_string() && all.size() < static_cast<std::size_t>(limit));
  return json::object{{key, std::move(all)}, {"next", std::move(next)}};
}

/// Tells once that a stream is gone, and how often it was tried when it is back.
class Outage {
 public:
  void begin(const std::string& reason) {
    if (attempts_++ > 0) return;
    std::fprintf(stderr, "mactionctl: %s; trying again until it is back\n",
                 printable(reason).c_str());
  }
  void end(const std::string& last_id) {
    if (attempts_ == 0) return;
    std::fprintf(stderr, "mactionctl: back after %d attempts; continuing after event %s\n",
                 attempts_, printable(last_id).c_str());
    attempts_ = 0;
  }

 private:
  int attempts_ = 0;
};

// False if whoever reads what is printed has gone away meanwhile.
bool wait_for_reconnect() {
  constexpr int kWaitMs = 1000;
  pollfd reader{STDOUT_FILENO, 0, 0};
  return poll(&reader, 1, kWaitMs) <= 0;
}

int show_list(const Session& session, const std::variant<json::object, int>& collected,
              const Format& format) {
  if (const int* exit_code = std::get_if<int>(&collected)) return *exit_code;
  const auto& object = std::get<json::object>(collected);
  const int exit_code =
      print(session.json ? printable_json(json::serialize(object)) + '\n' : format(object));
  if (exit_code == 0 && object.at("next").is_string() && !session.json) {
    std::fprintf(stderr, "mactionctl: there are more; see --limit\n");
  }
  return exit_code;
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
  const auto all = collect(session, list_target(choice), "actions", choice.limit);
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
        if (const json::value* name = answer.if_contains("region"); name && name->is_string()) {
          regions.insert(std::string(name->get_string()));
        }
      });
  // An action that is not known may be one that is not known yet.
  warn_of_old_data(session, regions);
  return exit_code;
}

int watch(const Session& session, const std::string& after) {
  Feed feed{"/v1/events"};
  add_parameter(feed.target, "after", after);
  Outage outage;
  feed.on_open = [&] { outage.end(feed.last_id); };
  int exit_code = 0;
  for (;;) {
    const auto result = follow(session.socket, feed, [&](std::string_view data) {
      const auto event = parse(data);
      if (!event) return true;
      exit_code = print(session.json ? printable_json(data) + '\n' : format_event(*event));
      return exit_code == 0;
    });
    if (exit_code != 0) return exit_code;
    const auto* answer = std::get_if<Answer>(&result);
    const bool was_there = !feed.last_id.empty();
    // A daemon that starts or stops may say 503.
    if (!was_there || (answer != nullptr && answer->status < 500)) {
      return refused(result).value_or(kExitUnavailable);
    }
    outage.begin(answer == nullptr ? std::get<Failure>(result).message
                                   : format_problem(answer->status, answer->body));
    if (!wait_for_reconnect()) return 0;
  }
}

int cancel(const Session& session, const std::string& id, const std::string& comment) {
  return show(session,
              change("/v1/actions/" + percent_encode(id) + "/cancel", {{"comment", comment}}),
              format_cancel);
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

int list_webhooks(const Session& session) {
  return show(session, {"/v1/webhooks"},
              [&](const json::object& answer) { return format_webhooks(answer, session.style); });
}

int test_webhook(const Session& session, const std::string& webhook) {
  // Longer than any timeout that a webhook may have.
  constexpr std::chrono::seconds kPatience{320};
  const std::string target = "/v1/webhooks/" + percent_encode(webhook) + "/test";
  Question question = change(target);
  question.patience = kPatience;
  const auto result = ask(session.socket, question);
  if (const auto exit_code = refused(result)) return *exit_code;
  const std::string& body = std::get<Answer>(result).body;
  const auto object = parse(body);
  const json::value* delivered = object ? object->if_contains("delivered") : nullptr;
  if (delivered == nullptr || !delivered->is_bool()) return complain(kExitUnavailable, kForeign);
  const bool taken = delivered->get_bool();
  if (session.json) {
    const int exit_code = print(printable_json(body));
    if (exit_code == kExitDone && !taken) return kExitRefused;
    return exit_code;
  }
  const std::string text = format_webhook_test(*object);
  return taken ? print(text + '\n') : complain(kExitRefused, text);
}

int list_dead_letters(const Session& session, const std::string& webhook) {
  constexpr int kLettersMax = 10'000;
  std::string target = "/v1/dead-letters";
  add_parameter(target, "webhook", webhook);
  const auto all = collect(session, target, "dead_letters", kLettersMax);
  return show_list(session, all, [&](const json::object& answer) {
    return format_dead_letters(answer, session.style);
  });
}

int show_dead_letter(const Session& session, const std::string& webhook, const std::string& seq) {
  const std::string target =
      "/v1/dead-letters/" + percent_encode(webhook) + '/' + percent_encode(seq);
  return show(session, {target}, [](const json::object& answer) {
    return printable_json(json::serialize(answer)) + '\n';
  });
}

int handle_dead_letters(const Session& session, const std::string& verb,
                        const LetterChoice& choice) {
  json::object body{{"webhook", choice.webhook}};
  if (!choice.seqs.empty()) body["seqs"] = json::array(choice.seqs.begin(), choice.seqs.end());
  if (!choice.from.empty()) body["from"] = choice.from;
  if (!choice.until.empty()) body["until"] = choice.until;
  std::int64_t count = 0;
  json::value next = nullptr;
  do {
    const auto result = ask(session.socket, change("/v1/dead-letters/" + verb, body));
    if (const auto exit_code = refused(result)) return *exit_code;
    const auto object = parse(std::get<Answer>(result).body);
    if (!object || !object->contains("count") || !object->at("count").is_int64()) {
      return complain(kExitUnavailable, kForeign);
    }
    count += object->at("count").get_int64();
    next = object->contains("next") ? object->at("next") : json::value(nullptr);
    body["after"] = next;
  } while (!next.is_null());
  if (session.json) return print(json::serialize(json::object{{"count", count}}) + '\n');
  return print(std::to_string(count) + (verb == "replay" ? " queued again\n" : " purged\n"));
}

int perform(const Session& session, const std::string& target, const std::string& done) {
  return show(session, change(target), [&](const json::object&) { return done + '\n'; });
}

}  // namespace mactiond::ctl
