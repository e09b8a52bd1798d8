#include "sim/machine.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace mactiond::sim {
namespace {

/// What a filter may name.
constexpr std::array<std::pair<Property, std::string_view>, 13> kProperties{{
    {Property::Id, "id"},
    {Property::ComputerDnsName, "computerDnsName"},
    {Property::LastSeen, "lastSeen"},
    {Property::OsPlatform, "osPlatform"},
    {Property::Version, "version"},
    {Property::LastIpAddress, "lastIpAddress"},
    {Property::HealthStatus, "healthStatus"},
    {Property::OnboardingStatus, "onboardingStatus"},
    {Property::DeviceValue, "deviceValue"},
    {Property::RbacGroupId, "rbacGroupId"},
    {Property::RiskScore, "riskScore"},
    {Property::ExposureLevel, "exposureLevel"},
    {Property::AadDeviceId, "aadDeviceId"},
}};

/// What a $select may name beyond that.
constexpr std::array<std::string_view, 6> kMoreKeys{
    "firstSeen",           "osBuild",
    "rbacGroupName",       "machineTags",
    "mergedIntoMachineId", "isPotentialDuplication"};

std::string render_tags(const std::vector<std::string>& tags) {
  std::string out = "[";
  for (const std::string& tag : tags) {
    if (out.size() > 1) out += ',';
    append_json_string(out, tag);
  }
  return out + "]";
}

FieldValue text_or_null(const std::optional<std::string>& text) {
  if (!text) return std::monostate{};
  return std::string_view(*text);
}

}  // namespace

std::string default_name(std::string_view machine_id) {
  return "host-" + std::string(machine_id.substr(0, 6)) + ".contoso.com";
}

FieldValue field(const Machine& machine, Property property) {
  switch (property) {
    case Property::Id:
      return std::string_view(machine.id);
    case Property::ComputerDnsName:
      return text_or_null(machine.computer_dns_name);
    case Property::LastSeen:
      return machine.last_seen;
    case Property::OsPlatform:
      return std::string_view(machine.os_platform);
    case Property::Version:
      return std::string_view(machine.version);
    case Property::LastIpAddress:
      return std::string_view(machine.last_ip_address);
    case Property::HealthStatus:
      return std::string_view(machine.health_status);
    case Property::OnboardingStatus:
      return std::string_view(machine.onboarding_status);
    case Property::DeviceValue:
      return std::string_view(machine.device_value);
    case Property::RbacGroupId:
      return machine.rbac_group_id;
    case Property::RiskScore:
      return std::string_view(machine.risk_score);
    case Property::ExposureLevel:
      return std::string_view(machine.exposure_level);
    case Property::AadDeviceId:
      return text_or_null(machine.aad_device_id);
    default:
      return std::monostate{};
  }
}

std::optional<Property> parse_machine_property(std::string_view name) {
  const auto row = std::find_if(kProperties.begin(), kProperties.end(),
                                [name](const auto& r) { return iequals(r.second, name); });
  if (row == kProperties.end()) return std::nullopt;
  return row->first;
}

std::optional<std::string_view> parse_machine_key(std::string_view name) {
  for (const auto& [property, key] : kProperties) {
    if (iequals(key, name)) return key;
  }
  for (const std::string_view key : kMoreKeys) {
    if (iequals(key, name)) return key;
  }
  return std::nullopt;
}

std::string render(const Machine& machine, const KeySelection& select) {
  Members members(false, select);
  members.text("id", machine.id);
  members.text_or_null("mergedIntoMachineId", machine.merged_into);
  members.raw("isPotentialDuplication", machine.potential_duplicate ? "true" : "false");
  members.text_or_null("computerDnsName", machine.computer_dns_name);
  members.time("firstSeen", machine.first_seen);
  members.time("lastSeen", machine.last_seen);
  members.text("osPlatform", machine.os_platform);
  members.text("version", machine.version);
  members.number("osBuild", machine.os_build);
  members.text("lastIpAddress", machine.last_ip_address);
  members.text("healthStatus", machine.health_status);
  members.text("onboardingStatus", machine.onboarding_status);
  members.text("deviceValue", machine.device_value);
  members.number("rbacGroupId", machine.rbac_group_id);
  members.text_or_null("rbacGroupName", machine.rbac_group_name);
  members.text("riskScore", machine.risk_score);
  members.text("exposureLevel", machine.exposure_level);
  members.text_or_null("aadDeviceId", machine.aad_device_id);
  members.raw("machineTags", render_tags(machine.tags));
  return members.object();
}

}  // namespace mactiond::sim
