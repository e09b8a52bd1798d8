#include <utility>

#include "core/region/region.hpp"
#include "core/region/retry_after.hpp"

namespace mactiond::core {

void Region::on(QuestionAnswered answer, Now now, StepWriter& out) {
  const Call call = calls_.end(answer.command);
  cap_retry_after(answer.outcome);
  bool again = answered(call, answer.outcome, answer.server_date, now, out);
  if (call.kind == Call::Kind::Machine) {
    const auto marks = asking_.machines.answered(options_.name, call, answer, again, now, out);
    if (marks) canceller_.put_machine(call.machine, marks);
    return;
  }
  if (answer.outcome.reason == Reason::Permission)
    again = login_.token.brings_newer(call.sent, now.mono);
  asking_.questions.answered(call.question, std::move(answer), again, now, out);
}

}  // namespace mactiond::core
