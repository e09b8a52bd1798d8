#include "defender/machine_answer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "base/iso_time.hpp"
#include "json/object.hpp"

namespace mactiond::defender {
namespace {

namespace json = boost::json;

constexpr std::size_t kMachineBytesMax = std::size_t{1} << 20U;
constexpr std::size_t kPageBytesMax = std::size_t{16} << 20U;
constexpr std::size_t kAlertBytesMax = std::size_t{4} << 20U;
constexpr std::size_t kTextMax = 1024;
constexpr std::size_t kTagsMax = 1000;

Error unexpected() { return {Errc::UnexpectedDocument, ""}; }

// Nothing where it is too long to be what it is called.
std::optional<std::string> short_text(const json::object& object, std::string_view name) {
  const std::string_view text = text_in(object, name);
  if (text.size() > kTextMax) return std::nullopt;
  return std::string(text);
}

// A tag that cannot be read may be the one that an exception is made by.
bool read_tags(const json::object& object, std::vector<std::string>& tags) {
  const json::value* value = object.if_contains("machineTags");
  if (value == nullptr || value->is_null()) return true;
  if (!value->is_array()) return false;
  for (const json::value& tag : value->get_array()) {
    if (tag.is_null()) continue;
    if (!tag.is_string() || tags.size() == kTagsMax || tag.get_string().size() > kTextMax)
      return false;
    tags.emplace_back(tag.get_string());
  }
  return true;
}

bool read_texts(const json::object& object, Machine& machine) {
  const auto read = [&object](std::string_view name, std::string& into) {
    auto text = short_text(object, name);
    if (text) into = *std::move(text);
    return text.has_value();
  };
  return read("id", machine.id) && read("computerDnsName", machine.computer_dns_name) &&
         read("healthStatus", machine.health_status) &&
         read("onboardingStatus", machine.onboarding_status) &&
         read("osPlatform", machine.os_platform) && read("rbacGroupName", machine.rbac_group_name);
}

// What is no text here must not make a machine of the past look like one of today.
bool read_merge(const json::object& object, Machine& machine) {
  const json::value* value = object.if_contains("mergedIntoMachineId");
  if (value == nullptr || value->is_null()) return true;
  machine.merged_into = text_in(object, "mergedIntoMachineId");
  return value->is_string() && machine.merged_into.size() <= kTextMax;
}

Result<Machine> read_machine(const json::object& object) {
  Machine machine;
  if (!read_texts(object, machine) || !is_machine_id(machine.id)) return unexpected();
  if (!read_merge(object, machine) || !read_tags(object, machine.tags)) return unexpected();
  machine.last_seen = parse_iso_time(text_in(object, "lastSeen"));
  machine.potential_duplicate = is_true(object, "isPotentialDuplication");
  return machine;
}

}  // namespace

Result<Machine> parse_machine(std::string_view body) {
  const auto answer = parse_object(body, kMachineBytesMax);
  if (!answer) return answer.error();
  return read_machine(*answer);
}

Result<MachinePage> parse_machines(std::string_view body, MachineQuery query) {
  const auto answer = parse_object(body, kPageBytesMax);
  if (!answer) return answer.error();
  const json::array* rows = list_in(*answer, "value");
  if (rows == nullptr) return unexpected();
  MachinePage page;
  page.query = std::move(query);
  for (const json::value& row : *rows) {
    if (!row.is_object()) return unexpected();
    auto machine = read_machine(row.get_object());
    if (!machine) return machine.error();
    page.machines.push_back(*std::move(machine));
  }
  page.complete =
      page.machines.size() < kMachinesMax && text_in(*answer, "@odata.nextLink").empty();
  return page;
}

Result<MachineAlert> parse_alert(std::string_view body) {
  const auto answer = parse_object(body, kAlertBytesMax);
  if (!answer) return answer.error();
  MachineAlert alert;
  alert.id = text_in(*answer, "id");
  alert.machine_id = text_in(*answer, "machineId");
  auto name = short_text(*answer, "computerDnsName");
  const bool sound = is_alert_id(alert.id) && name &&
                     (alert.machine_id.empty() || is_machine_id(alert.machine_id));
  if (!sound) return unexpected();
  alert.computer_dns_name = *std::move(name);
  return alert;
}

}  // namespace mactiond::defender
