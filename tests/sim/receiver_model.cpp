#include "sim/receiver_model.hpp"

#include <algorithm>

namespace mactiond::sim {
namespace {

Outcome failure(Verdict verdict, Reason reason, int status) {
  Outcome outcome;
  outcome.verdict = verdict;
  outcome.reason = reason;
  outcome.status = status;
  return outcome;
}

}  // namespace

bool ReceiverModel::is_poison(std::uint64_t seq) const {
  Random draw(seq);
  return draw.below(1000) < static_cast<std::uint64_t>(options_.poison_per_mille);
}

Outcome ReceiverModel::receive(const core::EventRecord& event, WallTime now) {
  for (const auto& [from, until] : options_.down) {
    if (now >= from && now < until) return failure(Verdict::Retry, Reason::Network, 0);
  }
  if (is_poison(event.seq)) {
    ++refusals_[event.seq];
    return failure(Verdict::GiveUp, Reason::Rejected, 422);
  }
  if (random_.below(1000) >= static_cast<std::uint64_t>(options_.failures_per_mille)) {
    take(event, now);
    Outcome ok;
    ok.status = 200;
    return ok;
  }
  switch (random_.below(4)) {
    case 0:
      return failure(Verdict::Retry, Reason::ServerError, 500);
    case 1: {
      Outcome busy = failure(Verdict::Retry, Reason::Throttled, 429);
      busy.retry_after = std::chrono::seconds(random_.below(60));
      return busy;
    }
    case 2:
      ++refusals_[event.seq];
      return failure(Verdict::GiveUp, Reason::Rejected, 400);
    default:
      // Read and processed, but the connection died before the answer: a duplicate will follow.
      take(event, now);
      return failure(Verdict::Retry, Reason::Timeout, 0);
  }
}

void ReceiverModel::take(const core::EventRecord& event, WallTime now) {
  Received& entry = received_[event.seq];
  if (entry.times == 0) {
    entry.id = event.id;
    entry.first = now;
    if (!event.action.value.empty()) {
      std::uint64_t& last = last_of_action_[event.action.value];
      if (event.seq < last) {
        violations_.push_back(options_.name + ": event " + std::to_string(event.seq) +
                              " came after " + std::to_string(last) + " of the same action");
      }
      last = std::max(last, event.seq);
    }
  } else if (entry.id != event.id) {
    violations_.push_back(options_.name + ": event " + std::to_string(event.seq) + " changed id");
  }
  ++entry.times;
}

}  // namespace mactiond::sim
