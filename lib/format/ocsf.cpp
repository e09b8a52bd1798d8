#include "format/ocsf.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <utility>

#include "action/machine_action.hpp"
#include "base/text.hpp"
#include "format/facts.hpp"
#include "format/summary.hpp"
#include "format/text.hpp"
#include "json/object.hpp"

namespace mactiond::format {
namespace {

namespace json = boost::json;
using Type = ActionType::Known;

constexpr int kOther = 99;

struct Activity {
  int id;
  std::string_view name;
};

struct EventClass {
  int category;
  std::string_view category_name;
  int uid;
  std::string_view name;
};

constexpr EventClass kBase{0, "Uncategorized", 0, "Base Event"};
constexpr EventClass kRemediation{7, "Remediation", 7001, "Remediation Activity"};
constexpr EventClass kFileRemediation{7, "Remediation", 7002, "File Remediation Activity"};

/// After the tactics of MITRE D3FEND.
Activity activity_of(const ActionType& type) {
  switch (type.known()) {
    case Type::Isolate:
    case Type::RestrictCodeExecution:
      return {1, "Isolate"};
    case Type::StopAndQuarantineFile:
    case Type::Offboard:
      return {2, "Evict"};
    case Type::Unisolate:
    case Type::UnrestrictCodeExecution:
      return {3, "Restore"};
    case Type::RunAntiVirusScan:
    case Type::CollectInvestigationPackage:
    case Type::LiveResponse:
    case Type::RequestSample:
      return {5, "Detect"};
    case Type::Unknown:
      break;
  }
  return {kOther, type.text()};
}

/// status is our own text unless OCSF has one of its own for the id.
void put_status(json::object& line, std::string_view status) {
  if (status.empty()) return;
  switch (ActionStatus::parse(status).known()) {
    case ActionStatus::Known::Succeeded:
      line["status_id"] = 1;
      line["status"] = "Success";
      break;
    case ActionStatus::Known::Failed:
      line["status_id"] = 2;
      line["status"] = "Failure";
      break;
    case ActionStatus::Known::TimeOut:
      line["status_id"] = 2;
      line["status"] = "Failure";
      line["status_detail"] = "TimeOut";
      break;
    default:
      line["status_id"] = kOther;
      line["status"] = status;
  }
}

std::pair<int, std::string_view> severity_of(Severity severity) {
  switch (severity) {
    case Severity::Good:
    case Severity::Info:
      break;
    case Severity::Warning:
      return {3, "Medium"};
    case Severity::Error:
      return {4, "High"};
  }
  return {1, "Informational"};
}

json::object metadata_of(const core::EventRecord& event, const Facts& facts, bool on_host) {
  json::object metadata;
  metadata["sequence"] = event.seq;
  metadata["version"] = "1.8.0";
  metadata["uid"] = event.id;
  metadata["event_code"] = core::to_string(event.type);
  metadata["product"] = json::object{
      {"name", "mactiond"}, {"vendor_name", "mactiond"}, {"version", MACTIOND_VERSION}};
  metadata["log_name"] = "transitions";
  metadata["log_provider"] = event.instance;
  if (!event.action.value.empty()) metadata["correlation_uid"] = event.action.value;
  const std::string_view original = facts.of_action("lastUpdateDateTimeUtc");
  if (!original.empty()) metadata["original_time"] = original;
  if (on_host) metadata["profiles"] = json::array{"host"};
  return metadata;
}

json::object file_of(const Facts& facts) {
  const json::object& file = object_in(facts.action(), "relatedFileInfo");
  const std::string_view value = text_in(file, "fileIdentifier");
  const std::string kind = to_lower(text_in(file, "fileIdentifierType"));
  // The API names a file by its hash alone; OCSF wants a name.
  json::object result{{"name", value.empty() ? "unknown" : value}, {"type_id", 1}};
  if (value.empty()) return result;
  json::object print{{"value", value}};
  if (kind == "md5") {
    print["algorithm_id"] = 1;
    print["algorithm"] = "MD5";
  } else if (kind == "sha1") {
    print["algorithm_id"] = 2;
    print["algorithm"] = "SHA-1";
  } else if (kind == "sha256") {
    print["algorithm_id"] = 3;
    print["algorithm"] = "SHA-256";
  } else {
    print["algorithm_id"] = kOther;
    print["algorithm"] = kind.empty() ? "unknown" : kind;
  }
  result["hashes"] = json::array{std::move(print)};
  return result;
}

void put_action(json::object& line, const core::EventRecord& event, const Facts& facts) {
  line["command_uid"] = event.action.value;
  put_status(line, facts.of_action("status"));
  if (const auto code = facts.action_number("errorHResult"); code && *code != 0) {
    line["status_code"] = hresult_text(*code);
  }
  json::object device{{"type_id", 0}, {"type", "Unknown"}};
  const std::string_view machine = facts.of_action("machineId");
  const std::string_view name = facts.of_action("computerDnsName");
  if (!machine.empty()) device["uid"] = machine;
  if (!name.empty()) device["hostname"] = name;
  if (machine.empty() && name.empty()) device["name"] = "unknown";
  line["device"] = std::move(device);
  const std::string_view requestor = facts.of_action("requestor");
  if (!requestor.empty()) line["actor"] = json::object{{"user", json::object{{"name", requestor}}}};
}

/// What OCSF has no place for: the event's own fields and the whole action.
json::object unmapped_of(const core::EventRecord& event, const Facts& facts) {
  json::object unmapped{{"event_type", core::to_string(event.type)}};
  if (!event.region.empty()) unmapped["region"] = event.region;
  for (const auto& [key, value] : facts.fields()) {
    if (!value.is_null()) unmapped[key] = value;
  }
  if (!facts.action().empty()) unmapped["action"] = facts.action();
  return unmapped;
}

}  // namespace

std::string ocsf_line(const core::EventRecord& event) {
  const Facts facts(event);
  const Summary summary = summarize(event, facts);
  const bool on_host = !event.action.value.empty();
  const ActionType type = ActionType::parse(facts.of_action("type"));
  const Activity activity = on_host ? activity_of(type) : Activity{kOther, to_string(event.type)};
  EventClass kind = kBase;
  if (on_host) kind = type == Type::StopAndQuarantineFile ? kFileRemediation : kRemediation;
  const auto [severity_id, severity] = severity_of(summary.severity);

  json::object line;
  line["metadata"] = metadata_of(event, facts, on_host);
  line["time"] = to_milliseconds(event.time.time_since_epoch());
  line["timezone_offset"] = 0;
  line["category_uid"] = kind.category;
  line["category_name"] = kind.category_name;
  line["class_uid"] = kind.uid;
  line["class_name"] = kind.name;
  line["activity_id"] = activity.id;
  line["activity_name"] = activity.name;
  line["type_uid"] = kind.uid * 100 + activity.id;
  line["severity_id"] = severity_id;
  line["severity"] = severity;
  line["message"] = summary.title;
  if (on_host) put_action(line, event, facts);
  if (kind.uid == kFileRemediation.uid) line["file"] = file_of(facts);
  line["unmapped"] = unmapped_of(event, facts);
  return json::serialize(line);
}

}  // namespace mactiond::format
