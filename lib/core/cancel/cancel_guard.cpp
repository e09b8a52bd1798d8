#include "core/cancel/cancel_guard.hpp"

#include <chrono>
#include <cstddef>
#include <iterator>

#include "base/enum_values.hpp"
#include "core/trusted_clock.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using Guard = CancelGuard;
using Scope = CancelScope;

/// After the API's clock was set, answers of other servers behind it may still show the old time.
constexpr Duration kSteadyFor = 10min;

constexpr unsigned at(CancelMoment moment) { return 1U << static_cast<unsigned>(moment); }

constexpr unsigned kAge = at(CancelMoment::Age);
constexpr unsigned kDecide = at(CancelMoment::Decide);
constexpr unsigned kAsk = at(CancelMoment::Ask);
constexpr unsigned kCall = at(CancelMoment::Call);
constexpr unsigned kOperatorCall = at(CancelMoment::OperatorCall);
constexpr unsigned kCalls = kCall | kOperatorCall;
constexpr unsigned kStand = at(CancelMoment::Stand);
/// Where a policy relies on ages. An operator has looked at the action himself.
constexpr unsigned kPolicy = kDecide | kCall;
constexpr unsigned kTime = kAge | kPolicy;

struct Rule {
  Guard guard;
  Scope scope;
  unsigned moments;
  bool (*holds)(const CancelFacts& facts, const CancelTime& time);
};

using Facts = const CancelFacts&;
using Time = const CancelTime&;

constexpr Rule kRules[] = {
    {Guard::NotOpen, Scope::Action, kAsk | kStand, [](Facts facts, Time) { return !facts.open; }},
    {Guard::Off, Scope::Region, kDecide | kAsk | kCalls,
     [](Facts facts, Time) { return facts.off; }},
    {Guard::Suspended, Scope::Region, kDecide | kAsk | kCalls,
     [](Facts facts, Time) { return facts.suspended; }},
    {Guard::UnderWay, Scope::Action, kDecide | kAsk,
     [](Facts facts, Time) { return facts.under_way; }},
    {Guard::NoServerTime, Scope::Region, kTime, [](Facts, Time time) { return !time.server; }},
    {Guard::ClockUncertain, Scope::Region, kTime,
     [](Facts, Time time) { return is_too_rough(time.uncertainty); }},
    {Guard::ClockJumped, Scope::Region, kTime,
     [](Facts, Time time) { return time.jumped && time.now.mono - *time.jumped < kSteadyFor; }},
    {Guard::ClocksDisagree, Scope::Region, kTime,
     [](Facts, Time time) { return clocks_disagree(time.server, time.now.wall); }},
    // What an operator cannot know either.
    {Guard::NotSwept, Scope::Region, kTime | kOperatorCall,
     [](Facts, Time time) { return !time.swept; }},
    {Guard::StoreRecovered, Scope::Region, kPolicy,
     [](Facts facts, Time) { return facts.policies_held; }},
    {Guard::MachineUnknown, Scope::Action, kDecide | kStand,
     [](Facts facts, Time) { return facts.machine_unknown; }},
    {Guard::NotGoverned, Scope::Action, kStand, [](Facts facts, Time) { return !facts.governed; }},
    {Guard::Never, Scope::Action, kDecide | kStand, [](Facts facts, Time) { return facts.never; }},
    {Guard::Decided, Scope::Action, kDecide, [](Facts facts, Time) { return facts.decided; }},
    {Guard::Permission, Scope::Action, kDecide | kAsk | kCalls,
     [](Facts facts, Time) { return facts.forbidden; }},
    {Guard::RoleInDoubt, Scope::Action, kCalls,
     [](Facts facts, Time) { return facts.role_in_doubt; }},
    {Guard::PolicyLimit, Scope::Policy, kPolicy,
     [](Facts facts, Time) { return facts.limit && facts.limit->guard == Guard::PolicyLimit; }},
    // Reported once for each policy that it holds back.
    {Guard::TotalLimit, Scope::Policy, kPolicy,
     [](Facts facts, Time) { return facts.limit && facts.limit->guard == Guard::TotalLimit; }},
    {Guard::Quota, Scope::Region, kDecide, [](Facts facts, Time) { return !facts.calls_left; }},
};

/// Each guard has its rule, in its place.
constexpr bool has_every_rule() {
  if (kValuesOf<Guard>.size() != std::size(kRules)) return false;
  for (std::size_t i = 0; i < std::size(kRules); ++i) {
    if (kRules[i].guard != kValuesOf<Guard>[i]) return false;
  }
  return true;
}
static_assert(has_every_rule());

}  // namespace

std::optional<CancelGuard> first_guard(CancelMoment moment, const CancelFacts& facts,
                                       const CancelTime& time) {
  for (const Rule& rule : kRules) {
    if ((rule.moments & at(moment)) != 0 && rule.holds(facts, time)) return rule.guard;
  }
  return std::nullopt;
}

CancelScope scope_of(CancelGuard guard) { return kRules[static_cast<std::size_t>(guard)].scope; }

}  // namespace mactiond::core
