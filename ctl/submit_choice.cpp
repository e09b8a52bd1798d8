#include "submit_choice.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string_view>
#include <utility>
#include <variant>

#include "action/machine.hpp"
#include "action/submission_comment.hpp"
#include "idempotency_key.hpp"

namespace mactiond::ctl {
namespace {

namespace json = boost::json;
using Mistake = std::optional<std::string>;

// As long as the daemon's: "sub_" and 32 digits.
constexpr const char* kSomeSubmission = "sub_00000000000000000000000000000000";

Mistake mistake_in_target(const SubmitChoice& choice) {
  const int given = static_cast<int>(!choice.machine.empty()) +
                    static_cast<int>(!choice.alert.empty()) +
                    static_cast<int>(!choice.machines_file.empty());
  if (given == 0) return "no machine is named: give MACHINE, --alert ID or --machines FILE";
  if (given > 1) return "give one of MACHINE, --alert and --machines, not several";
  if (!choice.machine.empty() && !is_machine_name(choice.machine)) {
    return '"' + choice.machine + "\" is neither the name nor the id of a machine";
  }
  if (!choice.alert.empty() && !is_alert_id(choice.alert)) {
    return '"' + choice.alert + "\" is no alert's id: copy it from the alert";
  }
  return std::nullopt;
}

Mistake mistake_in_request(const SubmitChoice& choice) {
  const auto* file = std::get_if<QuarantineFile>(&choice.request);
  if (file != nullptr && file->sha1.empty()) return "no file is named: give --sha1 HEX";
  const auto* response = std::get_if<LiveResponse>(&choice.request);
  if (response != nullptr && response->commands.empty()) {
    return "there is nothing to do: give --put FILE, --run SCRIPT or --get PATH";
  }
  if (std::holds_alternative<Offboard>(choice.request) && !choice.yes) {
    return "offboard takes the machine out of Defender for Endpoint, and only a new onboarding "
           "brings it back: give --yes if that is meant";
  }
  return mistake_in(choice.request);
}

Mistake mistake_in_times(const SubmitChoice& choice) {
  for (const TimeFlag* flag : {&choice.wait, &choice.after_blocker}) {
    if (auto mistake = flag->mistake()) return mistake;
  }
  if (choice.after_blocker.time() == Duration{}) return "--after-blocker needs a time above 0";
  if (choice.cancel_blocker && choice.after_blocker.given()) {
    return "give one of --after-blocker and --cancel-blocker: a blocker that is cancelled is "
           "waited "
           "for too";
  }
  return std::nullopt;
}

json::object parameter(std::string_view key, const std::string& value) {
  return {{"key", key}, {"value", value}};
}

json::array commands_of(const LiveResponse& response) {
  json::array list;
  for (const LiveResponseCommand& command : response.commands) {
    json::array params;
    params.push_back(parameter(name_key(command.kind), command.name));
    if (!command.arguments.empty()) params.push_back(parameter(kArgumentsKey, command.arguments));
    json::object item;
    item["type"] = to_string(command.kind);
    item["params"] = std::move(params);
    list.push_back(std::move(item));
  }
  return list;
}

void add_request(json::object& body, const ActionRequest& request) {
  body["type"] = type_of(request).text();
  if (const auto* isolate = std::get_if<Isolate>(&request))
    body["scope"] = to_string(isolate->scope);
  if (const auto* scan = std::get_if<RunScan>(&request)) body["scope"] = to_string(scan->scope);
  if (const auto* file = std::get_if<QuarantineFile>(&request)) body["sha1"] = file->sha1;
  if (const auto* response = std::get_if<LiveResponse>(&request)) {
    body["commands"] = commands_of(*response);
  }
}

}  // namespace

std::optional<std::string> mistake_in(const SubmitChoice& choice) {
  if (auto mistake = mistake_in_target(choice)) return mistake;
  if (choice.comment.empty()) return "no reason is given: say why with --comment TEXT";
  if (auto mistake = mistake_in_comment(choice.comment, kSomeSubmission)) return mistake;
  if (auto mistake = mistake_in_request(choice)) return mistake;
  if (auto mistake = mistake_in_times(choice)) return mistake;
  return choice.key.empty() ? std::nullopt : mistake_in_key(choice.key);
}

json::object submission_body(const SubmitChoice& choice, const std::string& machine,
                             const std::string& by) {
  json::object body;
  if (!choice.region.empty()) body["region"] = choice.region;
  if (machine.empty()) {
    body["alert"] = choice.alert;
  } else {
    body["machine"] = machine;
  }
  add_request(body, choice.request);
  body["comment"] = choice.comment;
  if (!by.empty()) body["requested_by"] = by;
  if (choice.cancel_blocker) body["on_blocker"] = "cancel";
  if (choice.after_blocker.given()) body["on_blocker"] = "wait";
  if (choice.after_blocker.time()) body["wait_blocker"] = choice.after_blocker.text;
  return body;
}

}  // namespace mactiond::ctl
