#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "action/machine_action.hpp"
#include "admin/answers.hpp"
#include "admin/endpoints.hpp"
#include "admin/find_action.hpp"
#include "admin/machine_lookup.hpp"
#include "base/text.hpp"
#include "json/object.hpp"

namespace mactiond::admin {
namespace {

namespace json = boost::json;

using Known = ActionType::Known;

constexpr std::size_t kCommandsShown = 20;

/// A stored action that can have brought something.
struct Source {
  core::ActionView view;
  json::object document;
  ActionStatus status;
};

/// Of a live response. docs/defender-api.md 6.
struct Command {
  std::uint64_t index = 0;
  std::string type;
  std::string status;
  std::string subject;  ///< the script or the file
};

std::variant<Source, http::Response> find_source(const Call& call, Known type,
                                                 const std::string& what) {
  const auto region = call.target.parameter("region");
  auto found = find_action_of(call, call.target.path[2], kReadingMin, region);
  if (auto* refusal = std::get_if<http::Response>(&found)) return std::move(*refusal);
  Source source{std::get<core::ActionView>(std::move(found)), {}, {}};
  source.document = object_or_empty(source.view.document);
  source.status = ActionStatus::parse(text_in(source.document, "status"));
  const ActionType actual = ActionType::parse(text_in(source.document, "type"));
  if (actual.known() != type) {
    return problem(409, "this action is a " + std::string(actual.text()) + "; only a " +
                            std::string(ActionType(type).text()) + " has " + what);
  }
  if (source.view.vanished) return problem(409, "the API does not know this action any more");
  return source;
}

http::Response not_finished(const Source& source, const std::string& what) {
  return problem(409, what + " is not there yet: the action is " +
                          std::string(source.status.text()) +
                          "; mactionctl show reports when it has ended");
}

std::string parameter_of(const json::object& command) {
  const json::array* list = list_in(command, "params");
  if (list == nullptr) return {};
  for (const json::value& item : *list) {
    if (!item.is_object()) continue;
    const std::string_view key = text_in(item.get_object(), "key");
    if (iequals(key, "ScriptName") || iequals(key, "Path") || iequals(key, "FileName")) {
      return std::string(text_in(item.get_object(), "value"));
    }
  }
  return {};
}

std::vector<Command> commands_of(const json::object& document) {
  std::vector<Command> commands;
  const json::array* list = list_in(document, "commands");
  if (list == nullptr) return commands;
  for (const json::value& item : *list) {
    if (!item.is_object()) continue;
    const json::object& row = item.get_object();
    const json::object& command = object_in(row, "command");
    const auto index = number_in(row, "index");
    commands.push_back({index && *index >= 0 ? static_cast<std::uint64_t>(*index) : commands.size(),
                        std::string(text_in(command, "type")),
                        std::string(text_in(row, "commandStatus")), parameter_of(command)});
  }
  return commands;
}

bool has_result(const Command& command) { return !iequals(command.type, "PutFile"); }

std::string name_of(const Command& command) {
  std::string name = std::to_string(command.index) + " (" + command.type;
  if (!command.subject.empty()) name += ' ' + command.subject;
  return name + ')';
}

std::string list_of(const std::vector<Command>& commands) {
  std::string text;
  for (std::size_t i = 0; i < std::min(commands.size(), kCommandsShown); ++i) {
    text += (i == 0 ? "" : ", ") + name_of(commands[i]);
  }
  return commands.size() > kCommandsShown ? text + " and more" : text;
}

/// The command under index; without one the only one that has a result.
std::variant<Command, http::Response> choose(const std::vector<Command>& commands,
                                             const std::optional<std::string>& index) {
  if (!index) {
    std::vector<Command> with;
    std::copy_if(commands.begin(), commands.end(), std::back_inserter(with), has_result);
    if (with.size() == 1) return with.front();
    if (with.empty()) return problem(409, "no command of this action has a result");
    return bad_request("several commands of this action have a result: " + list_of(with) +
                       "; name one as index");
  }
  const auto number = parse_number(*index);
  if (!number) return bad_request("index is a whole number, 0 for the first command");
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [&](const Command& command) { return command.index == *number; });
  if (found == commands.end() || *number > std::numeric_limits<unsigned>::max()) {
    return not_found("this action has no command " + *index + "; it has " + list_of(commands));
  }
  if (has_result(*found)) return *found;
  return problem(409, "command " + name_of(*found) + " has no result");
}

std::string content_type_of(const Command& command) {
  if (iequals(command.type, "RunScript")) return "application/json";
  if (iequals(command.type, "GetFile")) return "application/gzip";
  return "application/octet-stream";
}

http::Answer fetch(const Call& call, const Source& source, core::Question question,
                   std::string content_type) {
  const std::vector<http::Header> headers = {{"Content-Type", std::move(content_type)},
                                             {"Cache-Control", "no-store"}};
  if (call.request.method == "HEAD") {
    // A link to a package is half of what a minute has.
    return http::Later{[headers](auto done) { done(http::Transfer{headers, {}, {}}); }};
  }
  const auto withdraw = std::make_shared<std::function<void()>>();
  http::Later later;
  later.left = [withdraw] {
    if (*withdraw) (*withdraw)();
  };
  later.begin = [&backend = call.backend, region = source.view.region,
                 question = std::move(question), headers, withdraw](auto done) {
    *withdraw = backend.fetch(region, question, [done, headers](Fetched fetched) {
      if (const auto* unanswered = std::get_if<core::Unanswered>(&fetched)) {
        return done(answer_unanswered(*unanswered));
      }
      auto& transfer = std::get<http::Transfer>(fetched);
      transfer.headers = headers;
      done(std::move(transfer));
    });
  };
  return later;
}

}  // namespace

http::Answer get_package(const Call& call) {
  const auto found = find_source(call, Known::CollectInvestigationPackage, "a package");
  if (const auto* refusal = std::get_if<http::Response>(&found)) return *refusal;
  const auto& source = std::get<Source>(found);
  if (!source.status.is_final()) return not_finished(source, "the package");
  if (source.status.known() != ActionStatus::Known::Succeeded) {
    return problem(409,
                   "there is no package: the action ended as " + std::string(source.status.text()));
  }
  return fetch(call, source, core::PackageLink{source.view.id}, "application/zip");
}

http::Answer get_result(const Call& call) {
  const auto found = find_source(call, Known::LiveResponse, "results");
  if (const auto* refusal = std::get_if<http::Response>(&found)) return *refusal;
  const auto& source = std::get<Source>(found);
  const auto chosen = choose(commands_of(source.document), call.target.parameter("index"));
  if (const auto* refusal = std::get_if<http::Response>(&chosen)) return *refusal;
  const auto& command = std::get<Command>(chosen);
  const bool is_ready = source.status.is_final() || iequals(command.status, "Completed");
  if (!is_ready) return not_finished(source, "the result of command " + name_of(command));
  const core::ResultLink question{source.view.id, static_cast<unsigned>(command.index)};
  return fetch(call, source, question, content_type_of(command));
}

}  // namespace mactiond::admin
