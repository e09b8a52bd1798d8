#include "doctor/receiver_checks.hpp"

#include <chrono>
#include <string>

namespace mactiond::doctor {
namespace {

std::string remedy_of(const Outcome& outcome) {
  switch (outcome.reason) {
    case Reason::Auth:
    case Reason::Permission:
      return "correct what the receiver knows the daemon by: secret, bearer, basic, token or url";
    case Reason::NotFound:
      return "correct url: the receiver has nothing there";
    case Reason::Gone:
      return "make a new address at the receiver and set url to it, then mactionctl webhook resume";
    case Reason::Redirect:
      return "set url to the address that it redirects to: redirects are not followed";
    case Reason::Throttled:
      return "wait; ask the receiver for a larger limit if it lasts";
    case Reason::ServerError:
      return "look at the receiver's log";
    case Reason::Timeout:
      return "look whether the receiver hangs, or give it more timeout";
    case Reason::Query:
    case Reason::Rejected:
      return "correct format, url or the receiver's settings: it does not take this body";
    case Reason::BadAnswer:
    case Reason::TooLarge:
      return "look who answers there: it does not answer like this kind of receiver";
    case Reason::Network:
    case Reason::Tls:
      return "look at the way to the receiver: name, proxy, firewall, certificate";
    case Reason::None:
    case Reason::Stopped:
      break;
  }
  return "try again";
}

}  // namespace

Check delivery_check(const Target& target, const Outcome& outcome, Duration took) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  if (outcome.ok()) {
    return target.good("delivery", "took the test event in " + std::to_string(ms) + " ms");
  }
  return target.bad("delivery", "the test event was not taken: " + describe(outcome),
                    remedy_of(outcome));
}

Check syslog_check(const Target& target, const Result<void>& sent) {
  if (sent) return target.good("delivery", "its host acknowledged the test event");
  return target.bad("delivery", "the test event was not taken: " + sent.error().message(),
                    "look at the receiver's log");
}

}  // namespace mactiond::doctor
