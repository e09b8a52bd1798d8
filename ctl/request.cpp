#include "request.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "json/object.hpp"
#include "text.hpp"

namespace mactiond::ctl {

namespace json = boost::json;

namespace {

// What the daemon takes as a limit at most.
constexpr int kPageMax = 1000;

}  // namespace

int complain(int exit_code, const std::string& message) {
  std::fprintf(stderr, "mactionctl: %s\n", printable_lines(message).c_str());
  return exit_code;
}

int print(std::string_view text) {
  const bool taken = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (taken && std::fflush(stdout) == 0) return 0;
  return complain(kExitIo,
                  "the answer cannot be written: " + std::generic_category().message(errno));
}

std::optional<int> refused(const std::variant<Answer, Failure>& result) {
  if (const auto* failure = std::get_if<Failure>(&result)) {
    return complain(kExitUnavailable, failure->message);
  }
  const auto& answer = std::get<Answer>(result);
  if (answer.status == 200) return std::nullopt;
  return complain(kExitRefused, format_problem(answer.status, answer.body));
}

void append_parameter(std::string& target, const char* name, const std::string& value) {
  target += target.find('?') == std::string::npos ? '?' : '&';
  target += std::string(name) + '=' + percent_encode(value);
}

void add_parameter(std::string& target, const char* name, const std::string& value) {
  if (!value.empty()) append_parameter(target, name, value);
}

std::string operator_name() {
  constexpr std::size_t kNameMax = 200;  // a byte may become three
  for (const char* variable : {"SUDO_USER", "USER", "LOGNAME"}) {
    const char* name = std::getenv(variable);
    if (name != nullptr && *name != '\0') {
      return repair_utf8(std::string_view(name).substr(0, kNameMax / 3));
    }
  }
  return {};
}

Question change(const std::string& target, json::object body) {
  const std::string name = operator_name();
  if (!name.empty()) body["operator"] = name;
  return {target, "POST", json::serialize(body)};
}

int show(const Session& session, const Question& question, const Format& format,
         const std::function<void(const json::object&)>& look) {
  const auto result = ask(session.socket, question);
  if (const auto exit_code = refused(result)) return *exit_code;
  const std::string& body = std::get<Answer>(result).body;
  const auto object = parse_object(body);
  if (!object) return complain(kExitUnavailable, kForeign);
  if (look) look(*object);
  return print(session.json ? printable_json(body) : format(*object));
}

std::variant<json::object, int> collect(const Session& session, const List& list, int limit) {
  json::array all;
  json::value next = nullptr;
  do {
    std::string page = list.target;
    const int missing = limit - static_cast<int>(all.size());
    add_parameter(page, "limit", std::to_string(std::min(missing, kPageMax)));
    if (next.is_string()) add_parameter(page, list.cursor, std::string(next.get_string()));
    const auto result = get(session.socket, page);
    if (const auto exit_code = refused(result)) return *exit_code;
    const auto object = parse_object(std::get<Answer>(result).body);
    const json::array* items = object ? list_in(*object, list.key) : nullptr;
    if (items == nullptr) return complain(kExitUnavailable, kForeign);
    all.insert(all.end(), items->begin(), items->end());
    next = object->contains("next") ? object->at("next") : json::value(nullptr);
  } while (next.is_string() && all.size() < static_cast<std::size_t>(limit));
  return json::object{{list.key, std::move(all)}, {"next", std::move(next)}};
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

}  // namespace mactiond::ctl
