#include "admin/action_members.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <variant>

#include "action/known_values.hpp"
#include "admin/names.hpp"
#include "base/enum_values.hpp"

namespace mactiond::admin {
namespace {

namespace json = boost::json;
using Words = std::vector<std::string_view>;
using Command = LiveResponseCommand;

constexpr std::size_t kQuoteMax = 60;

template <class E>
Words names_of() {
  Words names;
  for (const E value : kValuesOf<E>) names.push_back(to_string(value));
  return names;
}

std::string shortened(std::string_view word) {
  if (word.size() <= kQuoteMax) return std::string(word);
  return std::string(word.substr(0, kQuoteMax)) + "…";
}

// "commands[0].key", or "key".
std::string path_of(std::string_view place, std::string_view key) {
  return place.empty() ? std::string(key) : std::string(place) + '.' + std::string(key);
}

template <class... Kinds>
std::optional<ActionRequest> request_named(std::string_view type,
                                           std::type_identity<std::variant<Kinds...>> /*all*/) {
  std::optional<ActionRequest> found;
  const auto take = [&](auto kind) {
    if (to_string(decltype(kind)::kType) == type) found = std::move(kind);
  };
  (take(Kinds{}), ...);
  return found;
}

// The member that a type has beside those of all; empty where it has none.
struct OwnMember {
  std::string_view operator()(const Isolate& /*kind*/) const { return "scope"; }
  std::string_view operator()(const RunScan& /*kind*/) const { return "scope"; }
  std::string_view operator()(const QuarantineFile& /*kind*/) const { return "sha1"; }
  std::string_view operator()(const LiveResponse& /*kind*/) const { return "commands"; }
  template <class Other>
  std::string_view operator()(const Other& /*kind*/) const {
    return {};
  }
};

Mistake refuse_members_of_others(const json::object& body, std::string_view type,
                                 std::string_view own) {
  for (const std::string_view key : {"scope", "sha1", "commands"}) {
    if (key == own || !body.contains(key)) continue;
    return std::string(type) + " takes no " + std::string(key) + ": leave it out";
  }
  return std::nullopt;
}

template <class Scope>
Mistake read_scope(const json::object& body, Scope& scope) {
  std::optional<std::string> word;
  if (auto mistake = read_text(body, "scope", word)) return mistake;
  if (!word) return std::nullopt;
  const auto known = value_named<Scope>(*word);
  if (!known) return not_among("scope", *word, names_of<Scope>());
  scope = *known;
  return std::nullopt;
}

Mistake read_parameter(const json::value& value, const std::string& place, Command& command,
                       Words& seen) {
  if (!value.is_object()) return place + R"( must be an object like {"key": "…", "value": "…"})";
  const json::object& object = value.get_object();
  if (auto mistake = unknown_member(object, place, {"key", "value"})) return mistake;
  std::optional<std::string> key;
  std::optional<std::string> text;
  for (const auto& [name, taken] : {std::pair{"key", &key}, std::pair{"value", &text}}) {
    if (read_text(object, name, *taken)) return path_of(place, name) + " must be a text";
    if (!*taken) return path_of(place, name) + " is missing";
  }
  Words known = {name_key(command.kind)};
  if (command.kind == Command::Kind::RunScript) known.push_back(kArgumentsKey);
  const auto match = std::find(known.begin(), known.end(), *key);
  if (match == known.end()) return not_among(path_of(place, "key"), *key, known);
  if (std::find(seen.begin(), seen.end(), *match) != seen.end()) {
    return place + " gives " + *key + " a second time";
  }
  seen.push_back(*match);
  (*match == kArgumentsKey ? command.arguments : command.name) = std::move(*text);
  return std::nullopt;
}

Mistake read_command(const json::value& value, const std::string& place, Command& command) {
  if (!value.is_object())
    return place + R"( must be an object like {"type": "…", "params": [ … ]})";
  const json::object& object = value.get_object();
  if (auto mistake = unknown_member(object, place, {"type", "params"})) return mistake;
  std::optional<std::string> type;
  if (read_text(object, "type", type)) return path_of(place, "type") + " must be a text";
  const auto kind = value_named<Command::Kind>(type.value_or(""));
  if (!type) return path_of(place, "type") + " is missing";
  if (!kind) return not_among(path_of(place, "type"), *type, names_of<Command::Kind>());
  command.kind = *kind;
  const json::value* params = object.if_contains("params");
  if (params == nullptr) return path_of(place, "params") + " is missing";
  if (!params->is_array()) return path_of(place, "params") + " must be a list";
  Words seen;
  for (std::size_t i = 0; i < params->get_array().size(); ++i) {
    const std::string at = path_of(place, "params[") + std::to_string(i) + ']';
    if (auto mistake = read_parameter(params->get_array()[i], at, command, seen)) return mistake;
  }
  return std::nullopt;
}

Mistake read_commands(const json::object& body, std::vector<Command>& commands) {
  const json::value* list = body.if_contains("commands");
  if (list == nullptr) return "commands is missing: LiveResponse needs at least one";
  if (!list->is_array()) return "commands must be a list";
  for (std::size_t i = 0; i < list->get_array().size(); ++i) {
    const std::string place = "commands[" + std::to_string(i) + ']';
    if (auto mistake = read_command(list->get_array()[i], place, commands.emplace_back())) {
      return mistake;
    }
  }
  return std::nullopt;
}

struct ReadOwnMember {
  const json::object& body;
  Mistake operator()(Isolate& kind) const { return read_scope(body, kind.scope); }
  Mistake operator()(RunScan& kind) const { return read_scope(body, kind.scope); }
  Mistake operator()(QuarantineFile& kind) const {
    std::optional<std::string> sha1;
    if (auto mistake = read_text(body, "sha1", sha1)) return mistake;
    if (!sha1) return "sha1 is missing: StopAndQuarantineFile needs the file's SHA-1";
    kind.sha1 = std::move(*sha1);
    return std::nullopt;
  }
  Mistake operator()(LiveResponse& kind) const { return read_commands(body, kind.commands); }
  template <class Other>
  Mistake operator()(Other& /*kind*/) const {
    return std::nullopt;
  }
};

}  // namespace

std::string quoted(std::string_view word) { return '"' + shortened(word) + '"'; }

std::string not_among(std::string_view what, std::string_view word, const Words& known) {
  return no_such(what, shortened(word), "known", {known.begin(), known.end()});
}

Mistake unknown_member(const json::object& object, std::string_view place, const Words& known) {
  for (const auto& member : object) {
    const std::string_view key(member.key().data(), member.key().size());
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string what = place.empty() ? "member" : "member of " + std::string(place);
    return not_among(what, key, known);
  }
  return std::nullopt;
}

Mistake read_text(const json::object& object, std::string_view key,
                  std::optional<std::string>& value) {
  const json::value* found = object.if_contains(key);
  if (found == nullptr) return std::nullopt;
  if (!found->is_string()) return std::string(key) + " must be a text";
  value = std::string(found->get_string());
  return std::nullopt;
}

Mistake read_action(const json::object& body, ActionRequest& request) {
  std::optional<std::string> type;
  if (auto mistake = read_text(body, "type", type)) return mistake;
  if (!type) return "type is missing: name the type of action to start";
  auto made = request_named(*type, std::type_identity<ActionRequest>());
  if (!made) return not_among("type of action to start", *type, startable_action_types());
  const std::string_view own = std::visit(OwnMember{}, *made);
  if (auto mistake = refuse_members_of_others(body, *type, own)) return mistake;
  if (auto mistake = std::visit(ReadOwnMember{body}, *made)) return mistake;
  if (auto mistake = mistake_in(*made)) return mistake;
  request = *std::move(made);
  return std::nullopt;
}

}  // namespace mactiond::admin
