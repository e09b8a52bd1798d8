#include "mactionsim/action_spec.hpp"

#include <boost/json/parse.hpp>
#include <boost/system/error_code.hpp>
#include <string>
#include <utility>

#include "mactionsim/fields.hpp"

namespace mactiond::sim {
namespace {

namespace json = boost::json;

constexpr int kCountMax = 100'000;

/// A step is [milliseconds since creation, status]; a first step at 0 is the status at creation.
bool read_step(const json::value& value, Duration& reached, Plan& plan, Spec& spec) {
  if (!value.is_array() || value.get_array().size() != 2) return false;
  const json::value& when = value.get_array()[0];
  const json::value& status = value.get_array()[1];
  if (!when.is_int64() || !status.is_string() || status.get_string().empty()) return false;
  const Duration at = std::chrono::milliseconds(when.get_int64());
  const std::string text(status.get_string());
  if (at < reached) return false;
  if (at == Duration{} && plan.empty()) {
    spec.status = text;
    return true;
  }
  plan.push_back({at - reached, text});
  reached = at;
  return true;
}

void read_plan(Fields& fields, Spec& spec) {
  const json::value* value = fields.take("plan");
  if (value == nullptr) return;
  Plan plan;
  Duration reached{};
  bool well = value->is_array();
  for (std::size_t i = 0; well && i < value->get_array().size(); ++i) {
    well = read_step(value->get_array()[i], reached, plan, spec);
  }
  if (!well) {
    return fields.complain("plan", "must be a list of [milliseconds since creation, status]");
  }
  spec.plan = std::move(plan);
}

/// The action, and how many of it.
std::pair<Spec, int> read_spec(Fields& fields) {
  Spec spec;
  int count = 1;
  fields.read("id", spec.id);
  fields.read("type", spec.type);
  fields.read("title", spec.title);
  fields.read("machineId", spec.machine_id);
  fields.read("computerDnsName", spec.computer_dns_name);
  fields.read("requestor", spec.requestor);
  fields.read("requestorComment", spec.comment);
  fields.read("requestSource", spec.request_source);
  fields.read("scope", spec.scope);
  fields.read("externalId", spec.external_id);
  fields.read("sha1", spec.sha1);
  fields.read("status", spec.status);
  fields.read_ms("age_ms", spec.age);
  fields.read("offline", spec.offline);
  fields.read("count", count);
  read_plan(fields, spec);
  if (count > kCountMax) fields.complain("count", "is too large");
  if (count > 1 && !spec.id.empty()) fields.complain("count", "does not go with an id");
  return {std::move(spec), count};
}

}  // namespace

Answer<std::vector<Spec>> read_action_specs(std::string_view body) {
  boost::system::error_code failed;
  json::value value = json::parse(body, failed);
  if (failed) return bad_request("BadRequest", "the body is not JSON");
  if (value.is_object()) value = json::array{std::move(value)};
  if (!value.is_array()) return bad_request("BadRequest", "the body is no action and no list");
  std::vector<Spec> specs;
  for (const json::value& item : value.get_array()) {
    if (!item.is_object()) return bad_request("BadRequest", "an action is not an object");
    Fields fields(item.get_object());
    const auto [spec, count] = read_spec(fields);
    const std::string error = fields.error();
    if (!error.empty()) return bad_request("BadRequest", error);
    specs.insert(specs.end(), static_cast<std::size_t>(count), spec);
  }
  return specs;
}

}  // namespace mactiond::sim
