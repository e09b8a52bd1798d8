#include "sim/entity.hpp"

#include <algorithm>
#include <array>

#include "base/json_text.hpp"
#include "base/text.hpp"

namespace mactiond::sim {
namespace {

constexpr std::array<std::pair<Property, std::string_view>, 17> kProperties{{
    {Property::Id, "id"},
    {Property::Type, "type"},
    {Property::Title, "title"},
    {Property::Requestor, "requestor"},
    {Property::RequestorComment, "requestorComment"},
    {Property::Status, "status"},
    {Property::MachineId, "machineId"},
    {Property::ComputerDnsName, "computerDnsName"},
    {Property::CreationDateTimeUtc, "creationDateTimeUtc"},
    {Property::LastUpdateDateTimeUtc, "lastUpdateDateTimeUtc"},
    {Property::CancellationRequestor, "cancellationRequestor"},
    {Property::CancellationComment, "cancellationComment"},
    {Property::CancellationDateTimeUtc, "cancellationDateTimeUtc"},
    {Property::ErrorHResult, "errorHResult"},
    {Property::Scope, "scope"},
    {Property::ExternalId, "externalId"},
    {Property::RequestSource, "requestSource"},
}};

/// What a $select may name beyond the properties that a filter may.
constexpr std::array<std::string_view, 3> kCompoundKeys{"relatedFileInfo", "commands",
                                                        "troubleshootInfo"};

FieldValue text_or_null(const std::optional<std::string>& text) {
  if (!text) return std::monostate{};
  return std::string_view(*text);
}

std::string render_params(const LiveCommand& command) {
  std::string out = "[";
  for (const auto& [key, value] : command.params) {
    if (out.size() > 1) out += ',';
    JsonMembers param;
    param.add("key", key).add("value", value);
    out += "{" + param.text() + "}";
  }
  return out + "]";
}

std::string render_commands(const std::vector<LiveCommand>& commands) {
  std::string out = "[";
  for (std::size_t index = 0; index < commands.size(); ++index) {
    const LiveCommand& command = commands[index];
    JsonMembers inner;
    inner.add("type", command.type).add_raw("params", render_params(command));
    const KeySelection all;
    Members row(false, all);
    row.number("index", static_cast<std::int64_t>(index));
    row.time("startTime", command.started);
    row.time("endTime", command.ended);
    row.text("commandStatus", command.status);
    row.raw("errors", "[]");
    row.raw("command", "{" + inner.text() + "}");
    if (index > 0) out += ',';
    out += row.object();
  }
  return out + "]";
}

void add_file_info(Members& members, const std::optional<std::string>& sha1) {
  if (!sha1) return members.null("relatedFileInfo");
  JsonMembers info;
  info.add("fileIdentifier", *sha1).add("fileIdentifierType", "Sha1");
  members.raw("relatedFileInfo", "{" + info.text() + "}");
}

void add_cancellation(Members& members, const Entity& entity) {
  members.text_or_null("cancellationRequestor", entity.cancellation_requestor);
  members.text_or_null("cancellationComment", entity.cancellation_comment);
  members.time("cancellationDateTimeUtc", entity.cancelled);
  members.number("errorHResult", entity.error_hresult);
}

std::string render_with(const Entity& entity, const Shape& shape, const KeySelection& select,
                        std::string_view type, std::string_view status) {
  Members members(shape.omit_nulls, select);
  members.text("id", entity.id);
  members.text("type", type);
  if (!shape.minimal) members.text_or_null("title", entity.title);
  members.text("requestor", entity.requestor);
  members.text("requestorComment", entity.requestor_comment);
  members.text("status", status);
  members.text("machineId", entity.machine_id);
  members.text_or_null("computerDnsName", entity.computer_dns_name);
  members.time("creationDateTimeUtc", entity.created);
  members.time(shape.short_spelling ? "lastUpdateTimeUtc" : "lastUpdateDateTimeUtc",
               entity.last_update);
  if (!shape.minimal) add_cancellation(members, entity);
  members.text_or_null("scope", entity.scope);
  if (!shape.minimal) {
    members.text_or_null("externalId", entity.external_id);
    members.text("requestSource", entity.request_source);
  }
  add_file_info(members, entity.sha1);
  if (!shape.minimal) {
    members.raw("commands", render_commands(entity.commands));
    members.null("troubleshootInfo");
  }
  if (shape.unknown_keys) {
    members.raw("riskContext", R"({"tags":["a","b"],"level":3,"nested":{"none":null}})");
    members.text("régionÀVenir", "prévu");
  }
  return members.object();
}

}  // namespace

std::optional<Property> parse_property(std::string_view name) {
  const auto row = std::find_if(kProperties.begin(), kProperties.end(),
                                [name](const auto& r) { return iequals(r.second, name); });
  if (row == kProperties.end()) return std::nullopt;
  return row->first;
}

std::optional<std::string_view> parse_key(std::string_view name) {
  for (const auto& [property, key] : kProperties) {
    if (iequals(key, name)) return key;
  }
  for (const std::string_view key : kCompoundKeys) {
    if (iequals(key, name)) return key;
  }
  return std::nullopt;
}

bool is_time(Property property) {
  return property == Property::CreationDateTimeUtc || property == Property::LastUpdateDateTimeUtc ||
         property == Property::CancellationDateTimeUtc || property == Property::LastSeen;
}

bool is_number(Property property) {
  return property == Property::ErrorHResult || property == Property::RbacGroupId;
}

bool takes_guid(Property property) {
  return property == Property::Id || property == Property::AadDeviceId;
}

bool is_guid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = std::string_view("0123456789abcdefABCDEF").find(text[i]) != text.npos;
    if (hyphen ? text[i] != '-' : !hex) return false;
  }
  return true;
}

FieldValue field(const Entity& entity, Property property) {
  switch (property) {
    case Property::Id:
      return std::string_view(entity.id);
    case Property::Type:
      return std::string_view(entity.type);
    case Property::Title:
      return text_or_null(entity.title);
    case Property::Requestor:
      return std::string_view(entity.requestor);
    case Property::RequestorComment:
      return std::string_view(entity.requestor_comment);
    case Property::Status:
      return std::string_view(entity.status);
    case Property::MachineId:
      return std::string_view(entity.machine_id);
    case Property::ComputerDnsName:
      return text_or_null(entity.computer_dns_name);
    case Property::CreationDateTimeUtc:
      return entity.created;
    case Property::LastUpdateDateTimeUtc:
      return entity.last_update;
    case Property::CancellationRequestor:
      return text_or_null(entity.cancellation_requestor);
    case Property::CancellationComment:
      return text_or_null(entity.cancellation_comment);
    case Property::CancellationDateTimeUtc:
      if (!entity.cancelled) return std::monostate{};
      return *entity.cancelled;
    case Property::ErrorHResult:
      return std::int64_t{entity.error_hresult};
    case Property::Scope:
      return text_or_null(entity.scope);
    case Property::ExternalId:
      return text_or_null(entity.external_id);
    case Property::RequestSource:
      return std::string_view(entity.request_source);
    default:
      return std::monostate{};
  }
}

std::string render(const Entity& entity, const Shape& shape, const KeySelection& select) {
  return render_with(entity, shape, select, entity.type, entity.status);
}

MachineAction to_machine_action(const Entity& entity, const Shape& shape) {
  MachineAction action;
  action.id.value = entity.id;
  action.type = ActionType::parse(entity.type);
  action.status = ActionStatus::parse(entity.status);
  action.machine_id = entity.machine_id;
  action.computer_dns_name = entity.computer_dns_name.value_or("");
  action.requestor = entity.requestor;
  action.requestor_comment = entity.requestor_comment;
  if (!shape.minimal) {
    action.request_source = entity.request_source;
    action.cancellation_comment = entity.cancellation_comment.value_or("");
    action.cancellation_noted =
        !entity.cancellation_requestor.value_or("").empty() || entity.cancelled.has_value();
  }
  action.created = entity.created;
  action.last_update = entity.last_update;
  Shape read = shape;
  read.short_spelling = false;
  action.document = render_with(entity, read, {}, action.type.text(), action.status.text());
  return action;
}

const MachineAction& Version::value(const Shape& shape) const {
  if (!value_ || value_shape_ != shape) {
    value_ = to_machine_action(entity_, shape);
    value_shape_ = shape;
  }
  return *value_;
}

}  // namespace mactiond::sim
