#include "sim/faults.hpp"

#include <algorithm>

#include "sim/throttle.hpp"

namespace mactiond::sim {
namespace {

constexpr std::string_view kLoginPage =
    "<!DOCTYPE html>\n<html><head><title>Sign in to your account</title></head>\n"
    "<body><form action=\"/login\"><input name=\"loginfmt\"></form></body></html>\n";

constexpr std::string_view kFrontDoorPage =
    "<html><head><title>503 Service Unavailable</title></head>"
    "<body><h1>Our services aren't available right now</h1></body></html>";

bool applies(const FaultRule& rule, Operation operation, bool after) {
  if (rule.after != after) return false;
  if (rule.operation) return *rule.operation == operation;
  return is_metered(operation);
}

Refusal raw(int status, std::string_view body, std::string_view type) {
  return {status, "", "", std::nullopt, std::string(body), std::string(type)};
}

}  // namespace

std::optional<Fault> parse_fault(std::string_view name) {
  const auto row = std::find_if(kFaults.begin(), kFaults.end(),
                                [name](const auto& r) { return r.second == name; });
  if (row == kFaults.end()) return std::nullopt;
  return row->first;
}

void FaultPlan::add(const FaultRule& rule) { rules_.push_back(rule); }

std::optional<Fault> FaultPlan::draw(Operation operation, bool after) {
  for (auto rule = rules_.begin(); rule != rules_.end(); ++rule) {
    if (rule->count <= 0 || !applies(*rule, operation, after)) continue;
    const Fault fault = rule->fault;
    --rule->count;
    if (rule->count == 0 && rule->per_mille == 0) rules_.erase(rule);
    return fault;
  }
  for (const FaultRule& rule : rules_) {
    if (rule.per_mille <= 0 || !applies(rule, operation, after)) continue;
    if (random_.below(1000) < static_cast<std::uint64_t>(rule.per_mille)) return rule.fault;
  }
  return std::nullopt;
}

std::optional<Refusal> whole_answer(Fault fault, WallTime now) {
  switch (fault) {
    case Fault::Unauthorized:
      return unauthorized();
    case Fault::Forbidden:
      return missing_roles("Machine.ReadWrite.All");
    case Fault::NotFound:
      return not_found("The resource");
    case Fault::Throttled:
      return too_many_requests(ThrottleOptions{}, 100, false, std::chrono::seconds(1), now);
    case Fault::ServerErrorEmpty:
      return raw(500, "", "text/plain");
    case Fault::ServerErrorHtml:
      return raw(503, kFrontDoorPage, "text/html");
    case Fault::ServerErrorJson:
      return Refusal{500, "InternalServerError", "", std::nullopt, std::nullopt};
    case Fault::NotJson:
      return raw(200, "upstream connect error", "text/plain");
    case Fault::LoginPage:
      return raw(200, kLoginPage, "text/html; charset=utf-8");
    case Fault::EmptyBody:
      return raw(200, "", "application/json");
    case Fault::WrongDocument:
      return raw(200, R"({"status":"ok","items":[]})", "application/json");
    case Fault::Redirect:
    case Fault::RedirectHttp:
      return raw(307, "", "text/html");
    case Fault::CutJson:
    case Fault::TruncatedBody:
    case Fault::TruncatedChunk:
    case Fault::Reset:
    case Fault::ResetBeforeAnswer:
    case Fault::SlowDrip:
    case Fault::Stall:
    case Fault::NoAnswer:
    case Fault::Closed:
    case Fault::Endless:
      break;
  }
  return std::nullopt;
}

}  // namespace mactiond::sim
