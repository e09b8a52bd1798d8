#include "mactionsim/post_body.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"
#include "mactionsim/fields.hpp"

namespace mactiond::sim {
namespace {

namespace json = boost::json;

constexpr std::array<Verb, 9> kVerbs{{
    {"collectInvestigationPackage", "CollectInvestigationPackage", "Machine.CollectForensics"},
    {"isolate", "Isolate", "Machine.Isolate"},
    {"unisolate", "Unisolate", "Machine.Isolate"},
    {"restrictCodeExecution", "RestrictCodeExecution", "Machine.RestrictExecution"},
    {"unrestrictCodeExecution", "UnrestrictCodeExecution", "Machine.RestrictExecution"},
    {"runAntiVirusScan", "RunAntiVirusScan", "Machine.Scan"},
    {"offboard", "Offboard", "Machine.Offboard"},
    {"StopAndQuarantineFile", "StopAndQuarantineFile", "Machine.StopAndQuarantine"},
    {"runliveresponse", "LiveResponse", "Machine.LiveResponse"},
}};

Refusal bad_body(const std::string& message) {
  return bad_request("InvalidRequestBody", "Request body is incorrect: " + message);
}

Refusal missing(std::string_view name) {
  return bad_request("MissingRequiredParameter",
                     "Required parameter " + std::string(name) + " is missing");
}

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

Answer<json::object> read_body(const Call& call) {
  const auto type = http::find_header(call.headers, "Content-Type");
  if (!type || !to_lower(*type).starts_with("application/json")) {
    return bad_body("the content type must be application/json.");
  }
  auto object = parse_object(call.body);
  if (!object) return bad_body("it is not a JSON object.");
  if (text_of(*object, "Comment").empty()) return missing("Comment");
  return std::move(*object);
}

bool is_sha1(std::string_view text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
}

/// One of the two or three values a parameter may have; nothing for another.
std::optional<std::string> choice(const json::object& body, std::string_view key,
                                  std::initializer_list<std::string_view> values) {
  const std::string text = text_of(body, key);
  const auto found = std::find(values.begin(), values.end(), text);
  if (found == values.end()) return std::nullopt;
  return text;
}

std::optional<LiveCommand> read_command(const json::value& value) {
  if (!value.is_object()) return std::nullopt;
  LiveCommand command;
  command.type = text_of(value.get_object(), "type");
  const auto* params = value.get_object().if_contains("params");
  if (params == nullptr || !params->is_array()) return std::nullopt;
  for (const auto& param : params->get_array()) {
    if (!param.is_object()) return std::nullopt;
    command.params.emplace_back(text_of(param.get_object(), "key"),
                                text_of(param.get_object(), "value"));
  }
  return command;
}

/// PutFile, RunScript and GetFile may come any number of times, but in this order.
Answer<std::vector<LiveCommand>> read_commands(const json::object& body) {
  constexpr std::array<std::string_view, 3> kOrder{"PutFile", "RunScript", "GetFile"};
  const auto* list = body.if_contains("Commands");
  if (list == nullptr || !list->is_array() || list->get_array().empty()) {
    return missing("Commands");
  }
  std::vector<LiveCommand> commands;
  std::ptrdiff_t reached = 0;
  for (const auto& item : list->get_array()) {
    auto command = read_command(item);
    if (!command) return bad_body("a command is malformed.");
    const auto place = std::find(kOrder.begin(), kOrder.end(), command->type) - kOrder.begin();
    if (place == 3 || place < reached) return bad_body("commands are unknown or out of order.");
    reached = place;
    commands.push_back(std::move(*command));
  }
  return commands;
}

}  // namespace

const Verb* find_verb(std::string_view path) {
  const auto row = std::find_if(kVerbs.begin(), kVerbs.end(),
                                [path](const Verb& verb) { return iequals(verb.path, path); });
  return row == kVerbs.end() ? nullptr : &*row;
}

std::string_view role_of_type(std::string_view type) {
  const auto row = std::find_if(kVerbs.begin(), kVerbs.end(),
                                [type](const Verb& verb) { return verb.type == type; });
  return row == kVerbs.end() ? "Machine.ReadWrite.All" : row->role;
}

Answer<std::string> read_comment(const Call& call) {
  const auto body = read_body(call);
  if (!body) return body.error();
  return text_of(*body, "Comment");
}

Answer<Spec> read_post(const Call& call, const Verb& verb) {
  const auto body = read_body(call);
  if (!body) return body.error();
  Spec spec;
  spec.type = std::string(verb.type);
  spec.comment = text_of(*body, "Comment");
  spec.request_source = "PublicApi";
  if (verb.type == "Isolate" && body->contains("IsolationType")) {
    const auto kind = choice(*body, "IsolationType", {"Full", "Selective", "UnManagedDevice"});
    if (!kind) return bad_request("InvalidInput", "Invalid input IsolationType");
    spec.scope = *kind;
  } else if (verb.type == "Isolate") {
    spec.scope = "Full";
  } else if (verb.type == "RunAntiVirusScan") {
    const auto kind = choice(*body, "ScanType", {"Quick", "Full"});
    if (!kind) return bad_request("InvalidInput", "Invalid input ScanType");
    spec.scope = *kind;
  } else if (verb.type == "StopAndQuarantineFile") {
    spec.sha1 = text_of(*body, "Sha1");
    if (!is_sha1(spec.sha1)) return bad_request("InvalidHashValue", "Hash is invalid");
  } else if (verb.type == "LiveResponse") {
    auto commands = read_commands(*body);
    if (!commands) return commands.error();
    spec.commands = std::move(*commands);
  }
  return spec;
}

}  // namespace mactiond::sim
