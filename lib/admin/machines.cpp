#include <string>
#include <utility>
#include <variant>

#include "action/machine.hpp"
#include "admin/answers.hpp"
#include "admin/endpoints.hpp"
#include "admin/machine_lookup.hpp"
#include "base/text.hpp"

namespace mactiond::admin {
namespace {

using Region = std::variant<std::string, http::Response>;

// The region of the query, or the one that is meant without it.
Region find_region(const Call& call, const WantedMachine& wanted) {
  const auto named = call.target.parameter("region");
  if (named && named->empty()) return bad_request("region is empty: name one, or leave it out");
  auto region = region_of(call.backend, named.value_or(""), wanted);
  if (auto* refusal = std::get_if<http::Response>(&region)) return std::move(*refusal);
  if (const auto* mistake = std::get_if<RegionMistake>(&region)) {
    return named ? not_found(mistake->sentence) : bad_request(mistake->sentence);
  }
  return std::get<std::string>(std::move(region));
}

http::Response show_machine(const std::string& region, const FoundMachine& found) {
  JsonMembers members;
  members.add_raw("machines", '[' + machine_json(region, found.machine) + ']')
      .add("source", found.from_store ? "store" : "api");
  return json_answer(members);
}

http::Response show_alert(const std::string& alert, const std::string& region,
                          const Machine& machine) {
  JsonMembers members;
  members.add("alert", alert).add("region", region).add("machine_id", machine.id);
  add_or_null(members, "computer", machine.computer_dns_name);
  return json_answer(members);
}

}  // namespace

http::Answer get_machine(const Call& call) {
  const std::string& machine = call.target.path[2];
  if (!is_machine_name(machine)) {
    return bad_request("the path ends in a machine's id (40 hex digits) or DNS name");
  }
  auto region = find_region(call, {machine, ""});
  if (auto* refusal = std::get_if<http::Response>(&region)) return std::move(*refusal);
  return http::Later{[&backend = call.backend, machine,
                      region = std::get<std::string>(std::move(region))](auto done) {
    look_up_machine(backend, region, machine, [region, done](MachineFound found) {
      auto* refusal = std::get_if<http::Response>(&found);
      done(refusal != nullptr ? std::move(*refusal)
                              : show_machine(region, std::get<FoundMachine>(found)));
    });
  }};
}

http::Answer get_alert(const Call& call) {
  const std::string& alert = call.target.path[2];
  if (!is_alert_id(alert)) return bad_request("the path ends in an alert's id");
  auto region = find_region(call, {"", alert});
  if (auto* refusal = std::get_if<http::Response>(&region)) return std::move(*refusal);
  return http::Later{[&backend = call.backend, alert,
                      region = std::get<std::string>(std::move(region))](auto done) {
    find_machine(backend, region, {"", alert}, [alert, region, done](MachineFound found) {
      auto* refusal = std::get_if<http::Response>(&found);
      done(refusal != nullptr ? std::move(*refusal)
                              : show_alert(alert, region, std::get<FoundMachine>(found).machine));
    });
  }};
}

}  // namespace mactiond::admin
