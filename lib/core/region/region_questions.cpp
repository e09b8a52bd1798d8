#include <utility>

#include "core/region/region.hpp"
#include "core/region/retry_after.hpp"

namespace mactiond::core {

void Region::on(QuestionAnswered answer, Now now, StepWriter& out) {
  const Call call = calls_.end(answer.command);
  cap_retry_after(answer.outcome);
  bool again = answered(call, answer.outcome, answer.server_date, now, out);
  if (answer.outcome.reason == Reason::Permission) again = token_.brings_newer(call.sent, now.mono);
  questions_.answered(call.question, std::move(answer), again, now, out);
}

}  // namespace mactiond::core
