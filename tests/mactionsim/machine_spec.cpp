#include "mactionsim/machine_spec.hpp"

#include <boost/json/parse.hpp>
#include <boost/system/error_code.hpp>
#include <string>
#include <utility>

#include "action/machine.hpp"
#include "mactionsim/fields.hpp"

namespace mactiond::sim {
namespace {

namespace json = boost::json;

Refusal bad_spec(std::string message) { return bad_request("BadRequest", std::move(message)); }

Answer<json::array> read_list(std::string_view body) {
  boost::system::error_code failed;
  json::value value = json::parse(body, failed);
  if (failed) return bad_spec("the body is not JSON");
  if (value.is_object()) value = json::array{std::move(value)};
  if (!value.is_array()) return bad_spec("the body is no object and no list");
  for (const json::value& item : value.get_array()) {
    if (!item.is_object()) return bad_spec("an item of the list is not an object");
  }
  return std::move(value.get_array());
}

void read_optional(Fields& fields, std::string_view key, std::optional<std::string>& target) {
  std::string text;
  fields.read(key, text);
  if (!text.empty()) target = std::move(text);
}

void read_number(Fields& fields, std::string_view key, std::int64_t& target) {
  std::uint64_t number = static_cast<std::uint64_t>(target);
  fields.read(key, number);
  target = static_cast<std::int64_t>(number);
}

Machine read_machine(Fields& fields, WallTime now) {
  Machine machine;
  Duration age{};
  fields.read("id", machine.id);
  if (!is_machine_id(machine.id)) fields.complain("id", "must be 40 hex digits");
  machine.computer_dns_name = default_name(machine.id);
  read_optional(fields, "computerDnsName", machine.computer_dns_name);
  fields.read("osPlatform", machine.os_platform);
  fields.read("version", machine.version);
  read_number(fields, "osBuild", machine.os_build);
  fields.read("lastIpAddress", machine.last_ip_address);
  fields.read("healthStatus", machine.health_status);
  fields.read("onboardingStatus", machine.onboarding_status);
  fields.read("deviceValue", machine.device_value);
  read_number(fields, "rbacGroupId", machine.rbac_group_id);
  read_optional(fields, "rbacGroupName", machine.rbac_group_name);
  fields.read("riskScore", machine.risk_score);
  fields.read("exposureLevel", machine.exposure_level);
  read_optional(fields, "aadDeviceId", machine.aad_device_id);
  fields.read("machineTags", machine.tags);
  read_optional(fields, "mergedIntoMachineId", machine.merged_into);
  fields.read("isPotentialDuplication", machine.potential_duplicate);
  fields.read_ms("last_seen_ms", age);
  machine.last_seen = now - age;
  machine.first_seen = machine.last_seen;
  return machine;
}

Alert read_alert(Fields& fields, WallTime now) {
  Alert alert;
  Duration age{};
  fields.read("id", alert.id);
  if (alert.id.empty()) fields.complain("id", "is missing");
  read_optional(fields, "machineId", alert.machine_id);
  fields.read("title", alert.title);
  fields.read("severity", alert.severity);
  fields.read("status", alert.status);
  fields.read("category", alert.category);
  fields.read_ms("age_ms", age);
  alert.created = now - age;
  return alert;
}

template <class Value, class Read>
Answer<std::vector<Value>> read_all(std::string_view body, WallTime now, Read read) {
  const auto list = read_list(body);
  if (!list) return list.error();
  std::vector<Value> values;
  for (const json::value& item : *list) {
    Fields fields(item.get_object());
    values.push_back(read(fields, now));
    if (const std::string error = fields.error(); !error.empty()) return bad_spec(error);
  }
  return values;
}

/// What is wrong with it; empty: nothing.
std::string read_refusal(const json::value& value, Refusal& refusal) {
  if (!value.is_object()) return "'refuse' must be an object or null";
  Fields fields(value.get_object());
  fields.read("status", refusal.status);
  fields.read("code", refusal.code);
  fields.read("message", refusal.message);
  if (refusal.status < 400 || refusal.status > 599) fields.complain("status", "must be 400 to 599");
  return fields.error();
}

}  // namespace

Answer<std::vector<Machine>> read_machine_specs(std::string_view body, WallTime now) {
  return read_all<Machine>(body, now, read_machine);
}

Answer<std::vector<Alert>> read_alert_specs(std::string_view body, WallTime now) {
  return read_all<Alert>(body, now, read_alert);
}

Answer<MachineChange> read_machine_change(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return bad_spec("the body is not a JSON object");
  MachineChange change;
  Fields fields(*object);
  bool offline = false;
  fields.read("offline", offline);
  if (fields.has("offline")) change.offline = offline;
  if (const json::value* value = fields.take("refuse"); value != nullptr && value->is_null()) {
    change.refusal.emplace();
  } else if (value != nullptr) {
    Refusal refusal;
    if (const std::string error = read_refusal(*value, refusal); !error.empty()) {
      return bad_spec(error);
    }
    change.refusal = std::move(refusal);
  }
  if (const std::string error = fields.error(); !error.empty()) return bad_spec(error);
  return change;
}

}  // namespace mactiond::sim
