#include "store/request_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/system/error_code.hpp>
#include <string_view>
#include <utility>
#include <variant>

#include "base/enum_values.hpp"
#include "base/json_text.hpp"

namespace mactiond::store {
namespace {

namespace json = boost::json;
using Command = LiveResponseCommand;

void add_members(const Isolate& isolate, JsonMembers& members) {
  members.add("scope", to_string(isolate.scope));
}

void add_members(const RunScan& scan, JsonMembers& members) {
  members.add("scope", to_string(scan.scope));
}

void add_members(const QuarantineFile& file, JsonMembers& members) {
  members.add("sha1", file.sha1);
}

void add_members(const LiveResponse& response, JsonMembers& members) {
  std::string list;
  for (const Command& command : response.commands) {
    JsonMembers one;
    one.add("kind", to_string(command.kind)).add("name", command.name);
    one.add("arguments", command.arguments);
    if (!list.empty()) list += ',';
    list += '{' + one.text() + '}';
  }
  members.add_raw("commands", '[' + list + ']');
}

template <class Other>
void add_members(const Other& /*unused*/, JsonMembers& /*unused*/) {}

std::string text_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// False where there is a word that is none of the scopes.
template <class Scope>
bool read_scope(const json::object& object, Scope& scope) {
  const std::string word = text_in(object, "scope");
  if (word.empty()) return true;
  const auto known = value_named<Scope>(word);
  if (known) scope = *known;
  return known.has_value();
}

bool read_members(const json::object& object, Isolate& isolate) {
  return read_scope(object, isolate.scope);
}

bool read_members(const json::object& object, RunScan& scan) {
  return read_scope(object, scan.scope);
}

bool read_members(const json::object& object, QuarantineFile& file) {
  file.sha1 = text_in(object, "sha1");
  return true;
}

bool read_members(const json::object& object, LiveResponse& response) {
  const json::value* list = object.if_contains("commands");
  if (list == nullptr) return true;
  if (!list->is_array()) return false;
  for (const json::value& entry : list->get_array()) {
    if (!entry.is_object()) return false;
    const json::object& command = entry.get_object();
    const auto kind = value_named<Command::Kind>(text_in(command, "kind"));
    if (!kind) return false;
    response.commands.push_back({*kind, text_in(command, "name"), text_in(command, "arguments")});
  }
  return true;
}

template <class Other>
bool read_members(const json::object& /*unused*/, Other& /*unused*/) {
  return true;
}

/// A new request of each kind that there is, in turn.
template <std::size_t Kind = 0>
std::optional<ActionRequest> new_request(const ActionType& type) {
  if constexpr (Kind == std::variant_size_v<ActionRequest>) {
    return std::nullopt;
  } else {
    ActionRequest request(std::in_place_index<Kind>);
    return type_of(request) == type ? std::optional(std::move(request))
                                    : new_request<Kind + 1>(type);
  }
}

}  // namespace

std::string request_text(const ActionRequest& request) {
  JsonMembers members;
  std::visit([&](const auto& kind) { add_members(kind, members); }, request);
  return '{' + members.text() + '}';
}

std::optional<ActionRequest> read_request(const std::string& type, const std::string& text) {
  auto request = new_request(ActionType::parse(type));
  boost::system::error_code failure;
  const json::value value = json::parse(text, failure);
  if (!request || failure || !value.is_object()) return std::nullopt;
  const json::object& object = value.get_object();
  const bool is_ours = std::visit([&](auto& kind) { return read_members(object, kind); }, *request);
  return is_ours ? request : std::nullopt;
}

}  // namespace mactiond::store
