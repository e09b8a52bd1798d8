#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "defender/machine_answer.hpp"
#include "defender/machine_requests.hpp"
#include "sim/api_model.hpp"

// What the API answers to an operator's questions. Machines and alerts take the way over text, as
// the client reads them.

namespace mactiond::sim {
namespace {

Operation operation_of(const core::Question& question) {
  if (std::holds_alternative<core::TrialList>(question)) return Operation::List;
  if (std::holds_alternative<core::MachineById>(question)) return Operation::Machine;
  if (std::holds_alternative<core::MachinesNamed>(question)) return Operation::Machines;
  if (std::holds_alternative<core::MachineOfAlert>(question)) return Operation::Alert;
  return std::holds_alternative<core::PackageLink>(question) ? Operation::PackageUri
                                                             : Operation::LiveResult;
}

struct AnswerTo {
  DefenderModel& model;
  WallTime now;

  Answer<core::Answer> operator()(const core::MachineById& asked) const {
    const auto machine = model.directory().get(asked.id, now);
    if (!machine) return machine.error();
    return core::Answer(defender::parse_machine(render(**machine)).value());
  }
  Answer<core::Answer> operator()(const core::MachinesNamed& asked) const {
    const auto request = defender::machines_request({}, asked.query, Secret());
    const std::string_view target = request.url.target;
    const auto options = parse_list_options(target.substr(target.find('?') + 1), kMachineWords);
    MachinePage page;
    page.query = asked.query;
    for (const Machine* row : model.directory().list(options.value()).rows) {
      page.machines.push_back(defender::parse_machine(render(*row)).value());
    }
    if (page.machines.empty() && model.traits().no_machines_404) return not_found("Machine");
    return core::Answer(std::move(page));
  }
  Answer<core::Answer> operator()(const core::MachineOfAlert& asked) const {
    Directory& directory = model.directory();
    const auto alert = directory.alert(asked.alert, now);
    if (!alert) return alert.error();
    const Machine* machine = alert->machine_id ? directory.find(*alert->machine_id, now) : nullptr;
    return core::Answer(defender::parse_alert(render(*alert, machine)).value());
  }
  Answer<core::Answer> operator()(const core::PackageLink& asked) const {
    const auto action = model.package(asked.action, now);
    if (!action) return action.error();
    return link();
  }
  Answer<core::Answer> operator()(const core::ResultLink& asked) const {
    const auto command = model.live_result(asked.action, asked.command, now);
    if (!command) return command.error();
    return link();
  }
  Answer<core::Answer> operator()(const core::TrialList&) const {
    return core::Answer(core::ListWorks());
  }
  [[nodiscard]] static Answer<core::Answer> link() {
    return core::Answer(core::Link{Secret("https://files.example/x?sig=1")});
  }
};

}  // namespace

core::QuestionAnswered ApiModel::serve(const core::AskApi& command, WallTime now) {
  const Operation operation = operation_of(command.question);
  core::QuestionAnswered event;
  event.command = command.id;
  if (auto refused = refuse(operation, command.token, now)) {
    event.outcome = *std::move(refused);
  } else if (auto answer = std::visit(AnswerTo{model_, now}, command.question)) {
    event.outcome.status = 200;
    event.answer = *std::move(answer);
  } else {
    event.outcome = to_outcome(answer.error(), operation, now);
  }
  event.server_date = date(event.outcome, now);
  return event;
}

}  // namespace mactiond::sim
