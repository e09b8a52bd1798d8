#include "core/outbox/delivery_outcome.hpp"

namespace mactiond::core {
namespace {

bool is_gateway_error(int status) { return status == 502 || status == 503 || status == 504; }

}  // namespace

bool is_overload(const Outcome& outcome) {
  return outcome.reason == Reason::Throttled || is_unreachable(outcome);
}

bool is_unreachable(const Outcome& outcome) {
  switch (outcome.reason) {
    case Reason::Timeout:
    case Reason::Network:
    case Reason::Tls:
      return true;
    default:
      return is_gateway_error(outcome.status);
  }
}

bool refuses_content(const Outcome& outcome) {
  if (outcome.reason != Reason::Rejected) return false;
  switch (outcome.status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return true;
    default:
      return false;
  }
}

// 401 is the only Reauthenticate; a webhook has no token to renew.
bool needs_operator(const Outcome& outcome) {
  if (refuses_content(outcome)) return false;
  return outcome.verdict == Verdict::GiveUp || outcome.verdict == Verdict::Reauthenticate;
}

}  // namespace mactiond::core
