#include "sim/enrich_oracle.hpp"

#include <chrono>
#include <optional>
#include <variant>

#include "base/iso_time.hpp"

namespace mactiond::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kWaitMax = 5s;

}  // namespace

void EnrichOracle::started(bool /*rebooted*/, const Moment& /*now*/) { shown_.clear(); }

void EnrichOracle::heard(const core::Event& event, const Moment& now) {
  const auto* listed = std::get_if<core::ActionsListed>(&event);
  if (listed == nullptr || !listed->outcome.ok()) return;
  for (const MachineAction& action : listed->actions) {
    shown_.try_emplace({action.id.value, std::string(action.status.text())}, now.elapsed);
  }
}

void EnrichOracle::stepped(const core::Step& step, const Moment& now) {
  for (const core::EventRecord& event : step.writes.events) {
    if (event.type == core::EventType::ActionTransition) check(event, now);
  }
}

void EnrichOracle::check(const core::EventRecord& event, const Moment& now) {
  const std::string what = event.action.value + " in " + event.subject.to;
  ++recorded_;
  const auto shown = shown_.find({event.action.value, event.subject.to});
  if (shown != shown_.end() && now.elapsed - shown->second > kWaitMax) {
    const auto waited =
        std::chrono::duration_cast<std::chrono::seconds>(now.elapsed - shown->second);
    violations_.push_back(what + " waited " + std::to_string(waited.count()) + " s");
  }
  if (!event.subject.machine) return;
  ++enriched_;
  DefenderModel& model = apis_.at(event.region)->model();
  const std::string machine = model.current(event.action)->entity().machine_id;
  const Machine& truth = *model.directory().find(machine, now.server);
  const MachineMarks& said = *event.subject.machine;
  if (said.group != truth.rbac_group_name.value_or("") || said.tags != truth.tags) {
    violations_.push_back(what + " says something else of its machine than the API");
  }
}

}  // namespace mactiond::sim
