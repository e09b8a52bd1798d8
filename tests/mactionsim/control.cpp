#include "mactionsim/control.hpp"

#include <boost/json/parse.hpp>
#include <boost/system/error_code.hpp>
#include <charconv>
#include <utility>

#include "base/iso_time.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"
#include "mactionsim/action_spec.hpp"
#include "mactionsim/machine_spec.hpp"

namespace mactiond::sim {
namespace {

Reply problem(int status, const std::string& text) {
  JsonMembers members;
  members.add("error", text);
  return json_reply(status, "{" + members.text() + "}");
}

Reply done(const JsonMembers& members = {}) { return json_reply(200, "{" + members.text() + "}"); }

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.push_back(percent_decode(path.substr(0, end), false).value_or(""));
    path.remove_prefix(end);
  }
  return segments;
}

std::int64_t as_number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

void append(std::string& list, const std::string& item) {
  if (!list.empty()) list += ',';
  list += item;
}

std::string render(const QuotaVerdict& verdict, std::string_view bucket) {
  JsonMembers members;
  members.add("bucket", bucket)
      .add("window", verdict.limit.name)
      .add("limit", std::int64_t{verdict.limit.count})
      .add("max", std::int64_t{verdict.max})
      .add("over", as_number(verdict.over));
  if (verdict.first_over) members.add("first_over", format_iso_time(*verdict.first_over));
  return "{" + members.text() + "}";
}

std::string render(const Transition& change) {
  JsonMembers members;
  members.add("number", as_number(change.number))
      .add("id", change.id.value)
      .add("from", change.from)
      .add("to", change.to)
      .add("time", format_iso_time(change.time));
  return "{" + members.text() + "}";
}

/// The rule of a fault, where the object has one.
std::optional<FaultRule> read_rule(Fields& fields) {
  if (!fields.has("fault")) return std::nullopt;
  FaultRule rule;
  fields.read_name("fault", kFaults, rule.fault);
  Operation operation = Operation::List;
  fields.read_name("operation", kOperations, operation);
  if (fields.has("operation")) rule.operation = operation;
  fields.read("count", rule.count);
  fields.read("per_mille", rule.per_mille);
  fields.read("after", rule.after);
  if (rule.count == 0 && rule.per_mille == 0) {
    fields.complain("fault", "needs a count or per_mille");
  }
  return rule;
}

}  // namespace

Reply Control::on(const Call& call, std::string_view path, std::string_view query, WallTime now) {
  const std::vector<std::string> parts = split(path);
  const std::string name = parts.empty() ? "" : parts[0];
  const bool post = call.method == "POST";
  const bool get = call.method == "GET";
  if (name == "actions" && parts.size() == 1 && post) return add_actions(call, now);
  if (name == "actions" && parts.size() == 1 && get) return all_actions(now);
  if (name == "actions" && parts.size() > 1) return on_action(call, parts, now);
  if (name == "machines") return on_machine(call, parts, now);
  if (name == "alerts" && parts.size() == 1 && post) return add_alerts(call, now);
  if (name == "faults" && post) return set_faults(call);
  if (name == "faults" && call.method == "DELETE") return clear_faults();
  if (name == "credentials" && post) return set_credentials(call);
  if (name == "links" && get) return links();
  if (name == "quota" && get) return quota();
  if (name == "truth" && get) return truth(query, now);
  if (name == "health" && get) return health(now);
  if (name == "revoke" && post) {
    tenant_.entra.revoke();
    return done();
  }
  return problem(404, "there is no " + call.method + " /_sim" + std::string(path));
}

Reply Control::add_actions(const Call& call, WallTime now) {
  auto specs = read_action_specs(call.body);
  if (!specs) return problem(400, specs.error().message);
  std::string ids;
  for (const Spec& spec : *specs) {
    if (!spec.id.empty() && tenant_.model.contains({spec.id})) {
      return problem(409, "the id '" + spec.id + "' exists");
    }
    std::string quoted;
    append_json_string(quoted, tenant_.model.add(spec, now).value);
    append(ids, quoted);
  }
  return json_reply(201, R"({"ids":[)" + ids + "]}");
}

Reply Control::all_actions(WallTime now) {
  tenant_.model.advance(now);
  std::string list;
  for (const Transition& change : tenant_.model.truth()) {
    if (change.from) continue;
    const Version* current = tenant_.model.current(change.id);
    if (current != nullptr) append(list, render(current->entity(), Shape{}));
  }
  return json_reply(200, R"({"actions":[)" + list + "]}");
}

Reply Control::on_action(const Call& call, const std::vector<std::string>& path, WallTime now) {
  const ActionId id{path[1]};
  if (call.method == "DELETE" && path.size() == 2) {
    return tenant_.model.remove(id, now) ? done() : problem(404, "no such action");
  }
  if (call.method != "POST" || path.size() != 3 || path[2] != "status") {
    return problem(404, "there is POST /_sim/actions/{id}/status and DELETE /_sim/actions/{id}");
  }
  const auto object = parse_object(call.body);
  if (!object) return problem(400, "the body is not a JSON object");
  std::string status;
  Fields fields(*object);
  fields.read("status", status);
  if (const std::string error = fields.error(); !error.empty()) return problem(400, error);
  if (status.empty()) return problem(400, "'status' is missing");
  return tenant_.model.move(id, status, now) ? done() : problem(404, "no such action");
}

Reply Control::on_machine(const Call& call, const std::vector<std::string>& path, WallTime now) {
  if (call.method == "POST" && path.size() == 1) return add_machines(call, now);
  if (call.method == "POST" && path.size() == 2) return set_machine(call, path[1], now);
  if (call.method == "DELETE" && path.size() == 2) {
    tenant_.model.advance(now);
    return tenant_.model.directory().remove(path[1], now) ? done()
                                                          : problem(404, "no such machine");
  }
  return problem(404, "there is POST /_sim/machines, and POST and DELETE /_sim/machines/{id}");
}

Reply Control::add_machines(const Call& call, WallTime now) {
  auto machines = read_machine_specs(call.body, now);
  if (!machines) return problem(400, machines.error().message);
  for (Machine& machine : *machines) tenant_.model.directory().put(std::move(machine));
  return done();
}

Reply Control::add_alerts(const Call& call, WallTime now) {
  auto alerts = read_alert_specs(call.body, now);
  if (!alerts) return problem(400, alerts.error().message);
  for (Alert& alert : *alerts) tenant_.model.directory().put(std::move(alert));
  return done();
}

Reply Control::set_machine(const Call& call, const std::string& machine_id, WallTime now) {
  auto change = read_machine_change(call.body);
  if (!change) return problem(400, change.error().message);
  if (change->offline) tenant_.model.set_offline(machine_id, *change->offline, now);
  if (change->refusal &&
      !tenant_.model.directory().refuse(machine_id, std::move(*change->refusal), now)) {
    return problem(404, "no such machine");
  }
  return done();
}

Reply Control::set_faults(const Call& call) {
  const auto object = parse_object(call.body);
  if (!object) return problem(400, "the body is not a JSON object");
  Fields fields(*object);
  const auto rule = read_rule(fields);
  Switches changed = tenant_.switches;
  read_switches(fields, changed);
  if (const std::string error = fields.error(); !error.empty()) return problem(400, error);
  tenant_.set(std::move(changed));
  if (rule) tenant_.faults.add(*rule);
  return done();
}

Reply Control::clear_faults() {
  tenant_.faults.clear();
  tenant_.set(tenant_.configured);
  return done();
}

Reply Control::set_credentials(const Call& call) {
  const auto object = parse_object(call.body);
  if (!object) return problem(400, "the body is not a JSON object");
  EntraOptions& options = tenant_.entra.options();
  EntraOptions changed = options;
  Fields fields(*object);
  fields.read("client_id", changed.client_id);
  fields.read("client_secret", changed.client_secret);
  fields.read("roles", changed.roles);
  if (const std::string error = fields.error(); !error.empty()) return problem(400, error);
  options = std::move(changed);
  return done();
}

Reply Control::links() const {
  std::string list;
  for (const std::string& token : tenant_.links.tokens()) {
    std::string quoted;
    append_json_string(quoted, token);
    append(list, quoted);
  }
  return json_reply(200, R"({"tokens":[)" + list + "]}");
}

Reply Control::quota() const {
  constexpr std::array<std::pair<Bucket, std::string_view>, 3> kBuckets{
      {{Bucket::Api, "api"},
       {Bucket::Package, "package_uri"},
       {Bucket::LiveResponse, "live_response"}}};
  const CallLedger& ledger = tenant_.ledger;
  std::string windows;
  for (const auto& [bucket, name] : kBuckets) {
    for (const auto& verdict : ledger.judge(bucket).verdicts()) {
      append(windows, render(verdict, name));
    }
  }
  std::uint64_t calls = 0;
  JsonMembers operations;
  for (const auto& [operation, name] : kOperations) {
    operations.add(name, as_number(ledger.calls(operation)));
    if (is_metered(operation)) calls += ledger.calls(operation);
  }
  const auto api = ledger.judge(Bucket::Api).verdicts();
  JsonMembers members;
  members.add("calls", as_number(calls))
      .add("per_minute", std::int64_t{api[0].limit.count})
      .add("per_hour", std::int64_t{api[1].limit.count})
      .add("max_per_minute", std::int64_t{api[0].max})
      .add("max_per_hour", std::int64_t{api[1].max})
      .add("windows_over", as_number(ledger.windows_over()))
      .add("throttled", as_number(ledger.throttled()))
      .add_raw("operations", "{" + operations.text() + "}")
      .add_raw("windows", "[" + windows + "]");
  return done(members);
}

Reply Control::truth(std::string_view query, WallTime now) {
  std::size_t after = 0;
  constexpr std::string_view kAfter = "after=";
  if (query.starts_with(kAfter)) {
    query.remove_prefix(kAfter.size());
    const auto [stop, failed] = std::from_chars(query.data(), query.data() + query.size(), after);
    if (failed != std::errc() || stop != query.data() + query.size()) {
      return problem(400, "'after' must be a number");
    }
  } else if (!query.empty()) {
    return problem(400, "only 'after' is known here");
  }
  tenant_.model.advance(now);
  const auto& changes = tenant_.model.truth();
  std::string list;
  for (std::size_t i = after; i < changes.size(); ++i) append(list, render(changes[i]));
  JsonMembers members;
  members.add_raw("transitions", "[" + list + "]").add("last", as_number(changes.size()));
  return done(members);
}

Reply Control::health(WallTime now) {
  tenant_.model.advance(now);
  JsonMembers members;
  members.add("status", "ok")
      .add("now", format_iso_time(now))
      .add("actions", as_number(tenant_.model.size()))
      .add("transitions", as_number(tenant_.model.truth().size()));
  const auto next = tenant_.model.next_change();
  if (next) members.add("next_change", format_iso_time(*next));
  return done(members);
}

}  // namespace mactiond::sim
