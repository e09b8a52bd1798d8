#include "defender/action_requests.hpp"

#include <variant>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "defender/api_request.hpp"

namespace mactiond::defender {
namespace {

/// The end of the path, with its slash.
struct Method {
  std::string_view operator()(const CollectPackage& /*action*/) const {
    return "/collectInvestigationPackage";
  }
  std::string_view operator()(const Isolate& /*action*/) const { return "/isolate"; }
  std::string_view operator()(const Unisolate& /*action*/) const { return "/unisolate"; }
  std::string_view operator()(const RestrictCodeExecution& /*action*/) const {
    return "/restrictCodeExecution";
  }
  std::string_view operator()(const UnrestrictCodeExecution& /*action*/) const {
    return "/unrestrictCodeExecution";
  }
  std::string_view operator()(const RunScan& /*action*/) const { return "/runAntiVirusScan"; }
  std::string_view operator()(const Offboard& /*action*/) const { return "/offboard"; }
  std::string_view operator()(const QuarantineFile& /*action*/) const {
    return "/StopAndQuarantineFile";
  }
  std::string_view operator()(const LiveResponse& /*action*/) const { return "/runliveresponse"; }
};

std::string parameter(std::string_view key, std::string_view value) {
  return '{' + JsonMembers().add("key", key).add("value", value).text() + '}';
}

std::string command_json(const LiveResponseCommand& command) {
  std::string params = parameter(name_key(command.kind), command.name);
  if (!command.arguments.empty()) params += ',' + parameter(kArgumentsKey, command.arguments);
  JsonMembers members;
  members.add("type", to_string(command.kind)).add_raw("params", '[' + params + ']');
  return '{' + members.text() + '}';
}

std::string commands_json(const LiveResponse& response) {
  std::string commands;
  for (const LiveResponseCommand& command : response.commands) {
    if (!commands.empty()) commands += ',';
    commands += command_json(command);
  }
  return '[' + commands + ']';
}

/// Adds the members that the kind has beside the comment.
class OwnMembers {
 public:
  explicit OwnMembers(JsonMembers& body) : body_(body) {}

  void operator()(const Isolate& action) const {
    body_.add("IsolationType", to_string(action.scope));
  }
  void operator()(const RunScan& action) const { body_.add("ScanType", to_string(action.scope)); }
  void operator()(const QuarantineFile& action) const { body_.add("Sha1", to_lower(action.sha1)); }
  void operator()(const LiveResponse& action) const {
    body_.add_raw("Commands", commands_json(action));
  }
  template <class Other>
  void operator()(const Other& /*action*/) const {}

 private:
  JsonMembers& body_;
};

}  // namespace

http::Request start_request(const http::Url& api, std::string_view machine,
                            const ActionRequest& action, std::string_view comment,
                            const Secret& token) {
  std::string target = "/api/machines/" + percent_encode(machine);
  target += std::visit(Method{}, action);
  JsonMembers body;
  body.add("Comment", comment);
  std::visit(OwnMembers(body), action);
  return api_post(api, target, '{' + body.text() + '}', token);
}

}  // namespace mactiond::defender
