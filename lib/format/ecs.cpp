#include "format/ecs.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <initializer_list>
#include <utility>

#include "action/machine_action.hpp"
#include "base/iso_time.hpp"
#include "base/text.hpp"
#include "format/facts.hpp"
#include "format/summary.hpp"
#include "json/object.hpp"

namespace mactiond::format {
namespace {

namespace json = boost::json;
using Type = ActionType::Known;

struct Renamed {
  std::string_view from;
  std::string_view to;
};

constexpr std::array<Renamed, 13> kVendorFields{
    {{"id", "id"},
     {"type", "type"},
     {"status", "status"},
     {"title", "title"},
     {"scope", "scope"},
     {"requestSource", "request_source"},
     {"requestorComment", "requestor_comment"},
     {"cancellationRequestor", "cancellation_requestor"},
     {"cancellationComment", "cancellation_comment"},
     {"errorHResult", "error_h_result"},
     {"externalId", "external_id"},
     {"commands", "commands"},
     {"troubleshootInfo", "troubleshoot_info"}}};

bool is_nothing(const json::value& value) {
  return value.is_null() || (value.is_string() && value.get_string().empty()) ||
         (value.is_array() && value.get_array().empty()) ||
         (value.is_object() && value.get_object().empty());
}

void put(json::object& object, std::string_view key, json::value value) {
  if (!is_nothing(value)) object[key] = std::move(value);
}

void put(json::object& object, std::string_view key, std::string_view text) {
  if (!text.empty()) object[key] = text;
}

/// Without what is empty, and without what was said before.
json::array distinct(std::initializer_list<std::string_view> texts) {
  json::array list;
  for (const std::string_view text : texts) {
    const json::value value(text);
    if (!text.empty() && std::find(list.begin(), list.end(), value) == list.end()) {
      list.push_back(value);
    }
  }
  return list;
}

/// event.category and event.type, as the integration sets them.
void put_categories(json::object& event, std::string_view type) {
  const auto set = [&](const char* category, const char* kind) {
    if (category != nullptr) event["category"] = json::array{category};
    event["type"] = json::array{kind};
  };
  switch (ActionType::parse(type).known()) {
    case Type::Isolate:
      return set("network", "end");
    case Type::Unisolate:
      return set("network", "start");
    case Type::StopAndQuarantineFile:
      return set("file", "deletion");
    case Type::RestrictCodeExecution:
    case Type::UnrestrictCodeExecution:
      return set("package", "access");
    case Type::RunAntiVirusScan:
    case Type::Offboard:
    case Type::LiveResponse:
    case Type::CollectInvestigationPackage:
      return set(nullptr, "info");
    case Type::RequestSample:
    case Type::Unknown:
      return;
  }
}

std::string_view outcome_of(std::string_view status) {
  switch (ActionStatus::parse(status).known()) {
    case ActionStatus::Known::Succeeded:
      return "success";
    case ActionStatus::Known::Failed:
    case ActionStatus::Known::TimeOut:
      return "failure";
    case ActionStatus::Known::Cancelled:
      return "unknown";
    default:
      return {};
  }
}

json::object event_of(const core::EventRecord& record, const Facts& facts) {
  json::object event;
  event["sequence"] = record.seq;
  event["id"] = record.id;
  event["kind"] = "event";
  const std::string_view type = facts.of_action("type");
  event["action"] = type.empty() ? core::to_string(record.type) : type;
  event["module"] = "microsoft_defender_endpoint";
  event["dataset"] = "microsoft_defender_endpoint.machine_action";
  put_categories(event, type);
  put(event, "outcome", outcome_of(facts.of_action("status")));
  put(event, "created", facts.of_action("creationDateTimeUtc"));
  put(event, "reason", facts.of_event("reason"));
  return event;
}

const json::object& file_info(const Facts& facts) {
  return object_in(facts.action(), "relatedFileInfo");
}

json::object vendor_of(const Facts& facts) {
  json::object vendor;
  for (const auto& [from, to] : kVendorFields) {
    if (const json::value* value = facts.action().if_contains(from)) put(vendor, to, *value);
  }
  put(vendor, "cancellation_date_time_utc", facts.of_action("cancellationDateTimeUtc"));
  const json::object& info = file_info(facts);
  json::object file;
  put(file, "file_identifier", text_in(info, "fileIdentifier"));
  put(file, "file_identifier_type", text_in(info, "fileIdentifierType"));
  put(vendor, "related_file_info", std::move(file));
  return vendor;
}

json::object user_of(std::string_view requestor) {
  json::object user;
  const std::size_t at = requestor.find('@');
  if (at == std::string_view::npos || at == 0) {
    put(user, "name", requestor);
    return user;
  }
  user["email"] = requestor;
  user["name"] = requestor.substr(0, at);
  put(user, "domain", requestor.substr(at + 1));
  return user;
}

json::object file_of(const Facts& facts) {
  const json::object& info = file_info(facts);
  const std::string algorithm = to_lower(text_in(info, "fileIdentifierType"));
  json::object hash;
  if (algorithm == "sha1" || algorithm == "sha256" || algorithm == "md5") {
    put(hash, algorithm, text_in(info, "fileIdentifier"));
  }
  json::object file;
  put(file, "hash", std::move(hash));
  return file;
}

json::object related_of(const Facts& facts, const json::object& user) {
  json::object related;
  put(related, "hosts",
      distinct({facts.of_action("computerDnsName"), facts.of_action("machineId")}));
  put(related, "user",
      distinct({facts.of_action("cancellationRequestor"), facts.of_action("externalId"),
                text_in(user, "name"), text_in(user, "email")}));
  put(related, "hash", distinct({text_in(file_info(facts), "fileIdentifier")}));
  return related;
}

json::object own_of(const core::EventRecord& record, const Facts& facts) {
  json::object own{{"type", core::to_string(record.type)}, {"instance", record.instance}};
  put(own, "region", std::string_view(record.region));
  json::object transition;
  for (const auto& [key, value] : facts.fields()) {
    const bool of_transition =
        key == "from" || key == "to" || key == "correction" || key == "backlog";
    put(of_transition ? transition : own, key, value);
  }
  if (record.type == core::EventType::ActionTransition) transition["seq"] = record.seq;
  put(own, "transition", std::move(transition));
  return own;
}

}  // namespace

std::string ecs_line(const core::EventRecord& record) {
  const Facts facts(record);
  json::object line;
  line["event"] = event_of(record, facts);
  line["@timestamp"] = format_iso_time(record.time);
  line["ecs"] = json::object{{"version", "8.11.0"}};
  line["message"] = summarize(record, facts).title;
  line["observer"] = json::object{{"vendor", "Microsoft"}, {"product", "Defender for Endpoint"}};
  json::object host;
  put(host, "id", facts.of_action("machineId"));
  put(host, "name", facts.of_action("computerDnsName"));
  put(host, "hostname", facts.of_action("computerDnsName"));
  json::object os;
  put(os, "platform", facts.of_machine("osPlatform"));
  put(host, "os", std::move(os));
  put(line, "host", std::move(host));
  json::object user = user_of(facts.of_action("requestor"));
  put(line, "related", related_of(facts, user));
  put(line, "user", std::move(user));
  put(line, "file", file_of(facts));
  json::object vendor;
  put(vendor, "machine_action", vendor_of(facts));
  put(line, "microsoft_defender_endpoint", std::move(vendor));
  line["mactiond"] = own_of(record, facts);
  return json::serialize(line);
}

}  // namespace mactiond::format
