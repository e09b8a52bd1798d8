#include "mactionsim/api.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "mactionsim/post_body.hpp"

namespace mactiond::sim {
namespace {

Reply document_reply(int status, std::string body) {
  Reply reply;
  reply.status = status;
  reply.headers.push_back(
      {"Content-Type",
       "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8"});
  reply.headers.push_back({"OData-Version", "4.0"});
  reply.headers.push_back({"mise-correlation-id", "c0ffee00-5b1e-4d0a-9a52-6d1b7a2f9c33"});
  reply.body = std::move(body);
  return reply;
}

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
  if (kind == "alerts" && method == "GET" && path.size() == 3 && last == "machine") {
    return Operation::AlertMachine;
  }
  return std::nullopt;
}

/// A GET of a path that takes only POST is told so; the body is empty.
Reply refuse_route(std::string_view method, const std::vector<std::string>& path) {
  if (method != "GET" || !operation_of("POST", path)) {
    return refusal_reply({404, "NotFound", "No such method", {}, {}});
  }
  Reply reply;
  reply.status = 405;
  reply.headers.push_back({"Allow", "POST"});
  return reply;
}

bool has_role(const std::vector<std::string>& roles, std::string_view role) {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

bool is_machine_id(std::string_view id) {
  return id.size() == 40 && id.find_first_not_of("0123456789abcdefABCDEF") == id.npos;
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

Reply refusal_reply(const Refusal& refusal) {
  Reply reply;
  reply.status = refusal.status;
  reply.body = error_body(refusal);
  reply.headers.push_back(
      {"Content-Type", refusal.raw_body ? refusal.raw_type : "application/json; charset=utf-8"});
  if (refusal.retry_after) reply.headers.push_back({"Retry-After", *refusal.retry_after});
  if (refusal.status == 401) reply.headers.push_back({"WWW-Authenticate", "Bearer"});
  return reply;
}

Reply spoil(Reply reply, Fault fault, WallTime now) {
  if (const auto whole = whole_answer(fault, now)) {
    Reply other = refusal_reply(*whole);
    if (fault == Fault::Redirect) {
      other.headers.push_back({"Location", "https://collector.example.net/api/machineactions"});
    }
    return other;
  }
  if (fault == Fault::CutJson) {
    reply.body.resize(reply.body.size() / 2);
  } else {
    reply.fault = fault;
  }
  return reply;
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
  if (fault && whole_answer(*fault, time.server)) return spoil({}, *fault, time.server);
  Reply reply = serve(*operation, segments, call, query, *roles, time.server);
  const auto late = fault ? std::nullopt : tenant_.faults.draw_after(*operation);
  if (late) reply = spoil(std::move(reply), *late, time.server);
  reply = apply_encoding(std::move(reply), tenant_.switches, call);
  return fault ? spoil(std::move(reply), *fault, time.server) : reply;
}

Reply Api::serve(Operation operation, const std::vector<std::string>& segments, const Call& call,
                 std::string_view query, const std::vector<std::string>& roles, WallTime now) {
  const bool writes = operation == Operation::Cancel || operation == Operation::Create ||
                      operation == Operation::LiveResponse;
  if (!writes && !has_role(roles, "Machine.ReadWrite.All")) {
    return refusal_reply(missing_roles("Machine.ReadWrite.All"));
  }
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
      return package_uri(id, now);
    case Operation::LiveResult:
      return live_result(id, segments[2], now);
    case Operation::AlertMachine:
      return alert_machine(segments[1], now);
    case Operation::Token:
      break;
  }
  return refusal_reply({404, "NotFound", "No such method", {}, {}});
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
  if (!is_machine_id(machine_id)) return refusal_reply(not_found("Machine " + machine_id));
  auto spec = read_post(call, *verb);
  if (!spec) return refusal_reply(spec.error());
  spec->machine_id = to_lower(machine_id);
  spec->requestor = tenant_.entra.options().client_id;
  const auto answer = tenant_.model.create(*spec, now);
  if (!answer) return refusal_reply(answer.error());
  return document_reply(201, tenant_.model.entity_json(**answer));
}

Reply Api::link_reply(const std::string& link) const {
  JsonMembers members;
  members
      .add("@odata.context",
           "https://" + tenant_.switches.traits.host + "/api/$metadata#Edm.String")
      .add("value", link);
  return document_reply(200, "{" + members.text() + "}");
}

Reply Api::package_uri(const ActionId& id, WallTime now) {
  const auto answer = tenant_.model.package(id, now);
  if (!answer) return refusal_reply(answer.error());
  return link_reply(
      "\"https://userrequests-us.securitycenter.windows.com:443/safedownload/"
      "WDATP_Investigation_Package.zip?token=simulated\"");
}

Reply Api::live_result(const ActionId& id, std::string_view call, WallTime now) {
  const std::size_t equals = call.find("index=");
  std::size_t index = 0;
  if (equals == std::string_view::npos || !call.ends_with(')')) {
    return refusal_reply(bad_request("InvalidInput", "Invalid input index"));
  }
  const std::string_view digits = call.substr(equals + 6, call.size() - equals - 7);
  const auto [stop, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (failed != std::errc() || stop != digits.data() + digits.size()) {
    return refusal_reply(bad_request("InvalidInput", "Invalid input index"));
  }
  const auto answer = tenant_.model.live_result(id, index, now);
  if (!answer) return refusal_reply(answer.error());
  return link_reply("https://simulated.blob.core.windows.net/results/" + id.value + "-" +
                    std::string(digits) + "?se=2026&sp=r&sv=2021&sr=b&sig=simulated");
}

Reply Api::alert_machine(const std::string& alert_id, WallTime now) {
  tenant_.model.advance(now);
  if (alert_id.find('_') == std::string::npos) return refusal_reply(not_found("Alert"));
  std::uint64_t hash = fingerprint(alert_id);
  std::string machine_id;
  for (; machine_id.size() < 40; hash = hash * 31 + 7) machine_id += "0123456789abcdef"[hash % 16];
  JsonMembers members;
  members
      .add("@odata.context",
           "https://" + tenant_.switches.traits.host + "/api/$metadata#Machines/$entity")
      .add("id", machine_id)
      .add("computerDnsName", "host-" + machine_id.substr(0, 6) + ".contoso.com")
      .add("osPlatform", "Windows11")
      .add("healthStatus", "Active")
      .add("onboardingStatus", "Onboarded")
      .add_raw("machineTags", "[]");
  return document_reply(200, "{" + members.text() + "}");
}

}  // namespace mactiond::sim
