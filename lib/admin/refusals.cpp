#include "admin/refusals.hpp"

#include <variant>

#include "action/api_method.hpp"

namespace mactiond::admin {
namespace {

struct Sentence {
  std::string operator()(const core::CancelRefused& refused) const {
    std::string text = sentence(refused.guard, refused.type);
    if (refused.guard == core::CancelGuard::UnderWay && refused.decision) {
      text += " (decision " + *refused.decision + ')';
    }
    return text;
  }
  std::string operator()(const core::SubmissionHeld& held) const { return sentence(held.guard); }
  std::string operator()(const core::WebhookDisabled& disabled) const {
    return disabled.webhook + " is disabled (" + disabled.reason +
           ") and sends nothing; resume it to try it again";
  }
  std::string operator()(const core::NoWebhookToReplay& unknown) const {
    return "no webhook is configured under the name " + unknown.webhook + ": nothing was replayed";
  }
  std::string operator()(const core::TestInProgress& test) const {
    return "a test of " + test.webhook + " is in progress: wait for its end";
  }
  std::string operator()(const core::ExplainInProgress& /*other*/) const {
    return "another configuration is being explained; try again in some seconds";
  }
  std::string operator()(const core::Unavailable& unavailable) const { return unavailable.why; }
};

}  // namespace

std::string sentence(core::CancelGuard guard, const ActionType& type) {
  using Guard = core::CancelGuard;
  switch (guard) {
    case Guard::NotOpen:
      return "the action is not open: there is nothing to cancel";
    case Guard::Off:
      return "cancelling is off: [cancel] max_per_hour is 0";
    case Guard::Suspended:
      return "cancelling is suspended; mactionctl policy resume ends that";
    case Guard::UnderWay:
      return "it is being cancelled already; mactionctl show reports its state";
    case Guard::NoServerTime:
      return "the API's time is not known yet";
    case Guard::ClockUncertain:
      return "the API's time is known too roughly";
    case Guard::ClockJumped:
      return "the API's clock was set a short while ago";
    case Guard::ClocksDisagree:
      return "the API's clock and ours are a day or more apart";
    case Guard::NotSwept:
      return "no complete sweep of the region has succeeded since the start";
    case Guard::StoreRecovered:
      return "the store was recovered less than an hour ago; what was cancelled before is not "
             "known";
    case Guard::MachineUnknown:
      return "an earlier policy governs it if the group and tags of the machine fit, which are not "
             "known yet";
    case Guard::NotGoverned:
      return "the policy that decided does not govern the action any more";
    case Guard::Never:
      return "the policy must not cancel this action";
    case Guard::Decided:
      return "the policy decided for it in this status before; mactionctl show reports its "
             "end";
    case Guard::Permission:
      return "the app registration lacks the permission " + permission_for(type) +
             "; grant it, then run mactionctl policy resume";
    case Guard::RoleInDoubt:
      return "another cancel of this type finds out whether the permission is missing";
    case Guard::PolicyLimit:
      return "max_per_hour of the policy is used up";
    case Guard::TotalLimit:
      return "[cancel] max_per_hour is used up";
    case Guard::Quota:
      return "the quota has no calls left for it";
  }
  return {};
}

std::string sentence(core::SubmitGuard guard) {
  using Guard = core::SubmitGuard;
  switch (guard) {
    case Guard::Stopping:
      return "the daemon is stopping: try again once it runs";
    case Guard::Disabled:
      return "starting actions is off: [submit] enabled is false, or max_per_hour is 0";
    case Guard::TypeNotAllowed:
      return "[submit] types does not name this type of action";
    case Guard::StoreRecovered:
      return "the store was recovered less than an hour ago, and the Idempotency-Key may belong to "
             "a submission that is lost: look for its action on the machine; if there is none, try "
             "again without a key, or with it after Retry-After";
    case Guard::WaitOver:
      return "the action in its way did not end in time";
    case Guard::Overdue:
      return "[submit] send_within has passed";
    case Guard::NoServerTime:
      return "the API's time is not known yet";
    case Guard::ClockUncertain:
      return "the API's time is known too roughly";
    case Guard::ClocksDisagree:
      return "the API's clock and ours are a day or more apart";
    case Guard::Degraded:
      return "the region is degraded; mactionctl status says why";
    case Guard::Blocked:
      return "an action of the same type is open on the machine";
    case Guard::HourLimit:
      return "[submit] max_per_hour is used up";
    case Guard::Token:
      return "the token was refused, and there is no newer one yet";
    case Guard::Quota:
      return "the quota has no calls left for it";
  }
  return {};
}

std::string sentence(const core::Refusal& refusal) { return std::visit(Sentence{}, refusal); }

}  // namespace mactiond::admin
