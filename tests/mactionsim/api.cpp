#include "mactionsim/api.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "mactionsim/document.hpp"
#include "mactionsim/downloads.hpp"
#include "mactionsim/post_body.hpp"
#include "mactionsim/spoil.hpp"

namespace mactiond::sim {
namespace {

/// What a call with this method and path is for.
std::optional<Operation> operation_of(std::string_view method,
                                      const std::vector<std::string>& path) {
  const std::string kind = to_lower(path.empty() ? "" : path[0]);
  const std::string last = to_lower(path.empty() ? "" : path.back());
  if (kind == "machineactions" && method == "GET") {
    if (path.size() == 1) return Operation::List;
    if (path.size() == 2) return Operation::Get;
    if (path.size() == 3 && last == "getpackageuri") return Operation::PackageUri;
    if (path.size() == 3 && last.starts_with("getliveresponseresultdownloadlink(")) {
      return Operation::LiveResult;
    }
  }
  if (kind == "machineactions" && method == "POST" && path.size() == 3 && last == "cancel") {
    return Operation::Cancel;
  }
  if (kind == "machines" && method == "POST" && path.size() == 3) {
    if (last == "runliveresponse") return Operation::LiveResponse;
    if (find_verb(last) != nullptr) return Operation::Create;
  }
  if (kind == "machines" && method == "GET" && path.size() <= 2) {
    return path.size() == 1 ? Operation::Machines : Operation::Machine;
  }
  if (kind == "alerts" && method == "GET") {
    if (path.size() == 2) return Operation::Alert;
    if (path.size() == 3 && last == "machine") return Operation::AlertMachine;
  }
  return std::nullopt;
}

/// A GET of a path that takes only POST is told so; the body is empty.
Reply refuse_route(std::string_view method, const std::vector<std::string>& path) {
  if (method != "GET" || !operation_of("POST", path)) return no_such_method();
  Reply reply;
  reply.status = 405;
  reply.headers.push_back({"Allow", "POST"});
  return reply;
}

bool has_role(const std::vector<std::string>& roles, std::string_view role) {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

/// The roles, one of which a reading call needs.
std::vector<std::string_view> reading_roles(Operation operation) {
  switch (operation) {
    case Operation::Machines:
    case Operation::Machine:
    case Operation::AlertMachine:
      return {"Machine.Read.All", "Machine.ReadWrite.All"};
    case Operation::Alert:
      return {"Alert.Read.All", "Alert.ReadWrite.All"};
    default:
      return {"Machine.ReadWrite.All"};
  }
}

/// The refusal of a reading call whose token has none of the roles.
std::optional<Refusal> refuse_reading(Operation operation, const std::vector<std::string>& roles) {
  std::string required;
  for (const std::string_view role : reading_roles(operation)) {
    if (has_role(roles, role)) return std::nullopt;
    required += (required.empty() ? "" : ", ") + std::string(role);
  }
  return missing_roles(required);
}

std::string_view bearer_of(const Call& call) {
  const std::string_view header = http::find_header(call.headers, "Authorization").value_or("");
  constexpr std::string_view kScheme = "bearer ";
  if (!iequals(header.substr(0, kScheme.size()), kScheme)) return {};
  return trim(header.substr(kScheme.size()));
}

Reply apply_encoding(Reply reply, const Switches& switches, const Call& call) {
  const std::string accepted =
      to_lower(http::find_header(call.headers, "Accept-Encoding").value_or(""));
  const std::string_view name = switches.encoding == Encoding::Gzip ? "gzip" : "deflate";
  if (switches.encoding != Encoding::Identity && accepted.find(name) != std::string::npos) {
    reply.encoding = switches.encoding;
  }
  reply.chunked = switches.chunked;
  return reply;
}

}  // namespace

std::optional<std::vector<std::string>> api_segments(std::string_view path) {
  std::vector<std::string> segments;
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    const auto segment = percent_decode(path.substr(0, end), false);
    if (!segment) return std::nullopt;
    segments.push_back(*segment);
    path.remove_prefix(end);
  }
  if (segments.empty() || !iequals(segments[0], "api")) return std::nullopt;
  const bool versioned = segments.size() > 1 && iequals(segments[1], "v1.0");
  segments.erase(segments.begin(), segments.begin() + (versioned ? 2 : 1));
  return segments;
}

Reply Api::on(const Call& call, const std::vector<std::string>& segments, std::string_view query,
              CallTime time) {
  const auto operation = operation_of(call.method, segments);
  if (!operation) return refuse_route(call.method, segments);
  tenant_.ledger.record(*operation, time.steady);
  const auto throttled = tenant_.throttle.admit(*operation, tenant_.switches.throttle, time.steady,
                                                time.server - time.steady);
  if (throttled) {
    tenant_.ledger.record_throttled();
    return refusal_reply(*throttled);
  }
  const auto* roles = tenant_.entra.roles_of(bearer_of(call), time.server);
  if (roles == nullptr) return refusal_reply(unauthorized());
  const auto fault = tenant_.faults.draw(*operation);
  if (fault && (is_silent(*fault) || whole_answer(*fault, time.server))) {
    return spoil({}, *fault, call, time.server);
  }
  Reply reply = serve(*operation, segments, call, query, *roles, time.server);
  const auto late = fault ? std::nullopt : tenant_.faults.draw_after(*operation);
  if (late) reply = spoil(std::move(reply), *late, call, time.server);
  reply = apply_encoding(std::move(reply), tenant_.switches, call);
  return fault ? spoil(std::move(reply), *fault, call, time.server) : reply;
}

Reply Api::serve(Operation operation, const std::vector<std::string>& segments, const Call& call,
                 std::string_view query, const std::vector<std::string>& roles, WallTime now) {
  const bool writes = operation == Operation::Cancel || operation == Operation::Create ||
                      operation == Operation::LiveResponse;
  if (!writes) {
    if (const auto refusal = refuse_reading(operation, roles)) return refusal_reply(*refusal);
  }
  tenant_.model.advance(now);
  const ActionId id{segments.size() > 1 ? segments[1] : ""};
  switch (operation) {
    case Operation::List:
      return list(query, now);
    case Operation::Get:
      return get(id, query, now);
    case Operation::Cancel:
      return cancel(id, call, roles, now);
    case Operation::Create:
    case Operation::LiveResponse:
      return create(segments[1], segments[2], call, roles, now);
    case Operation::PackageUri:
      return package_uri(id, call, now);
    case Operation::LiveResult:
      return live_result(id, segments[2], call, now);
    case Operation::AlertMachine:
      return machines_.machine_of_alert(segments[1], now);
    case Operation::Machines:
      return machines_.list(query);
    case Operation::Machine:
      return machines_.machine(segments[1], query, now);
    case Operation::Alert:
      return machines_.alert(segments[1], now);
    case Operation::Token:
    case Operation::Download:
      break;
  }
  return no_such_method();
}

Reply Api::list(std::string_view query, WallTime now) {
  const auto options = parse_list_options(query);
  if (!options) return refusal_reply(bad_request("ODataError", options.error().message));
  const auto answer = tenant_.model.list(*options, now);
  if (!answer) return refusal_reply(answer.error());
  return document_reply(200, tenant_.model.list_json(*answer, *options));
}

Reply Api::get(const ActionId& id, std::string_view query, WallTime now) {
  const auto options = parse_list_options(query);
  if (!options) return refusal_reply(bad_request("ODataError", options.error().message));
  const auto answer = tenant_.model.get(id, now);
  if (!answer) return refusal_reply(answer.error());
  return document_reply(200, tenant_.model.entity_json(**answer, options->select));
}

Reply Api::cancel(const ActionId& id, const Call& call, const std::vector<std::string>& roles,
                  WallTime now) {
  const auto comment = read_comment(call);
  if (!comment) return refusal_reply(comment.error());
  const auto found = tenant_.model.get(id, now);
  if (!found) return refusal_reply(found.error());
  const std::string_view role = role_of_type((*found)->entity().type);
  if (!has_role(roles, role)) return refusal_reply(missing_roles(role));
  const auto answer = tenant_.model.cancel(id, *comment, tenant_.entra.options().client_id, now);
  if (!answer) return refusal_reply(answer.error());
  return document_reply(200, tenant_.model.entity_json(**answer));
}

Reply Api::create(const std::string& machine_id, const std::string& verb_path, const Call& call,
                  const std::vector<std::string>& roles, WallTime now) {
  const Verb* verb = find_verb(verb_path);
  if (!has_role(roles, verb->role)) return refusal_reply(missing_roles(verb->role));
  auto spec = read_post(call, *verb);
  if (!spec) return refusal_reply(spec.error());
  spec->machine_id = to_lower(machine_id);
  spec->requestor = tenant_.entra.options().client_id;
  const auto answer = tenant_.model.create(*spec, now);
  if (!answer) return refusal_reply(answer.error());
  const int status = tenant_.switches.traits.created_status;
  return document_reply(status, tenant_.model.entity_json(**answer));
}

Reply Api::link_reply(const std::string& link) const {
  JsonMembers members;
  members.add("value", link);
  return document_reply(
      200, with_context(tenant_.switches.traits.host, "Edm.String", "{" + members.text() + "}"));
}

Reply Api::package_uri(const ActionId& id, const Call& call, WallTime now) {
  const auto answer = tenant_.model.package(id, now);
  if (!answer) return refusal_reply(answer.error());
  const std::string link = make_link(tenant_, call, {Artifact::Kind::Package, id.value}, now);
  return link_reply(tenant_.switches.links.quoted_package ? "\"" + link + "\"" : link);
}

Reply Api::live_result(const ActionId& id, std::string_view segment, const Call& call,
                       WallTime now) {
  const std::size_t equals = segment.find("index=");
  std::size_t index = 0;
  if (equals == std::string_view::npos || !segment.ends_with(')')) {
    return refusal_reply(bad_request("InvalidInput", "Invalid input index"));
  }
  const std::string_view digits = segment.substr(equals + 6, segment.size() - equals - 7);
  const auto [stop, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (failed != std::errc() || stop != digits.data() + digits.size()) {
    return refusal_reply(bad_request("InvalidInput", "Invalid input index"));
  }
  const auto answer = tenant_.model.live_result(id, index, now);
  if (!answer) return refusal_reply(answer.error());
  const LiveCommand& command = **answer;
  const std::string name = command.params.empty() ? "" : command.params.front().second;
  const auto kind = command.type == "GetFile" ? Artifact::Kind::File : Artifact::Kind::ScriptOutput;
  return link_reply(make_link(tenant_, call, {kind, name}, now));
}

}  // namespace mactiond::sim
