#include "admin/machine_lookup.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "action/machine_choice.hpp"
#include "action/machine_query.hpp"
#include "admin/answers.hpp"
#include "admin/names.hpp"
#include "base/error.hpp"
#include "base/iso_time.hpp"
#include "base/text.hpp"

namespace mactiond::admin {
namespace {

using core::KnownMachine;
using core::Unanswered;
using Regions = std::vector<std::string>;

std::string listed(const Regions& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Result<bool> knows(Backend& backend, const std::string& region, const std::string& machine) {
  if (is_machine_id(machine)) {
    const auto known = backend.find_machine(region, to_lower(machine));
    if (!known) return known.error();
    return known->has_value();
  }
  const auto known = backend.find_machine_ids(region, machine);
  if (!known) return known.error();
  return !known->empty();
}

// The configured regions whose stored actions name the machine.
Result<Regions> regions_that_know(Backend& backend, const Regions& all,
                                  const std::string& machine) {
  Regions found;
  for (const auto& region : all) {
    const auto known = knows(backend, region, machine);
    if (!known) return known.error();
    if (*known) found.push_back(region);
  }
  return found;
}

http::Response refuse(const MachineRefusal& refusal, const MachineQuery& query,
                      const std::string& region) {
  const std::string text = sentence(refusal, query);
  if (refusal.why == MachineRefusal::Why::NotFound) return not_found(text);
  JsonMembers more;
  more.add_raw("candidates", json_list(refusal.candidates, [&region](const Machine& machine) {
                 return machine_json(region, machine);
               }));
  return problem(409, text, more);
}

MachineFound choose(MachinePage page, const std::string& region) {
  auto choice = choose_machine(page.query, std::move(page.machines), page.complete);
  if (const auto* refusal = std::get_if<MachineRefusal>(&choice)) {
    return refuse(*refusal, page.query, region);
  }
  return FoundMachine{std::get<Machine>(std::move(choice))};
}

MachineFound of_alert(const MachineAlert& alert) {
  if (alert.machine_id.empty()) {
    return not_found("the alert " + alert.id + " has no machine: name the machine");
  }
  Machine machine;
  machine.id = alert.machine_id;
  machine.computer_dns_name = alert.computer_dns_name;
  return FoundMachine{std::move(machine)};
}

// What the API said.
MachineFound judge(core::QuestionResult result, const std::string& region) {
  if (const auto* unanswered = std::get_if<Unanswered>(&result)) {
    return answer_unanswered(*unanswered);
  }
  auto& answer = std::get<core::Answer>(result);
  if (auto* page = std::get_if<MachinePage>(&answer)) return choose(std::move(*page), region);
  if (auto* machine = std::get_if<Machine>(&answer)) return FoundMachine{std::move(*machine)};
  return of_alert(std::get<MachineAlert>(answer));
}

void ask(Backend& backend, const std::string& region, core::Question question,
         std::function<void(MachineFound)> done) {
  backend.ask(region, std::move(question),
              [region, done = std::move(done)](core::QuestionResult result) {
                done(judge(std::move(result), region));
              });
}

}  // namespace

std::variant<std::string, RegionMistake, http::Response> region_of(Backend& backend,
                                                                   const std::string& named,
                                                                   const WantedMachine& wanted) {
  const Regions all = region_names(backend.status());
  if (!named.empty()) {
    if (std::find(all.begin(), all.end(), named) != all.end()) return named;
    return RegionMistake{no_such("region", named, "configured", all)};
  }
  if (all.size() == 1) return all.front();
  Regions knowing;
  if (!wanted.machine.empty()) {
    auto found = regions_that_know(backend, all, wanted.machine);
    if (!found) return store_failed(found.error());
    if (found->size() == 1) return found->front();
    knowing = std::move(*found);
  }
  if (!knowing.empty()) {
    return RegionMistake{"several regions know this machine: name one of them as region: " +
                         listed(knowing)};
  }
  return RegionMistake{"several regions are configured: name one of them as region: " +
                       listed(all)};
}

void find_machine(Backend& backend, const std::string& region, const WantedMachine& wanted,
                  std::function<void(MachineFound)> done) {
  if (wanted.machine.empty()) {
    return ask(backend, region, core::MachineOfAlert{wanted.alert}, std::move(done));
  }
  FoundMachine found;
  if (is_machine_id(wanted.machine)) {
    found.machine.id = wanted.machine;
    return done(std::move(found));
  }
  const auto known = backend.find_machine_ids(region, wanted.machine);
  if (!known) return done(store_failed(known.error()));
  // Other machines may begin with a short name that never had an action.
  if (known->size() == 1 && iequals(known->front().computer, wanted.machine)) {
    found.machine.id = known->front().id;
    found.machine.computer_dns_name = known->front().computer;
    found.from_store = true;
    return done(std::move(found));
  }
  const auto query = first_query(wanted.machine);
  MACTIOND_ASSERT(query);
  ask(backend, region, core::MachinesNamed{*query}, std::move(done));
}

void look_up_machine(Backend& backend, const std::string& region, const std::string& machine,
                     std::function<void(MachineFound)> done) {
  if (!is_machine_id(machine)) return find_machine(backend, region, {machine}, std::move(done));
  ask(backend, region, core::MachineById{to_lower(machine)}, std::move(done));
}

http::Response answer_unanswered(const Unanswered& unanswered) {
  using Why = Unanswered::Why;
  if (unanswered.retry_after) {
    return with_retry_after(problem(429, unanswered.words), *unanswered.retry_after);
  }
  switch (unanswered.why) {
    case Why::NotFound:
    case Why::NoRegion:
      return not_found(unanswered.words);
    case Why::Refused:
    case Why::Failed:
      return problem(502, unanswered.words);
    case Why::TimeUp:
      return problem(504, unanswered.words);
    case Why::TooMany:
    case Why::Unavailable:
      return problem(503, unanswered.words);
  }
  return problem(502, unanswered.words);
}

std::string machine_json(const std::string& region, const Machine& machine) {
  JsonMembers members;
  members.add("region", region).add("id", machine.id);
  add_or_null(members, "computer", machine.computer_dns_name);
  add_or_null(members, "last_seen", machine.last_seen ? format_iso_time(*machine.last_seen) : "");
  add_or_null(members, "health", machine.health_status);
  add_or_null(members, "onboarding", machine.onboarding_status);
  add_or_null(members, "os", machine.os_platform);
  add_or_null(members, "group", machine.rbac_group_name);
  members.add_raw("tags", json_list(machine.tags, [](const std::string& tag) {
                    std::string text;
                    append_json_string(text, tag);
                    return text;
                  }));
  if (!machine.merged_into.empty()) members.add("merged_into", machine.merged_into);
  return braced(members);
}

}  // namespace mactiond::admin
