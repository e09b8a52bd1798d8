#include "core/submit/submit_guard.hpp"

#include <cstddef>
#include <iterator>

#include "base/enum_values.hpp"
#include "core/trusted_clock.hpp"

namespace mactiond::core {
namespace {

using Guard = SubmitGuard;
using End = std::optional<SubmissionState>;

constexpr unsigned at(SubmitMoment moment) { return 1U << static_cast<unsigned>(moment); }

constexpr unsigned kAsk = at(SubmitMoment::Ask);
constexpr unsigned kSend = at(SubmitMoment::Send);
constexpr unsigned kQueue = at(SubmitMoment::Keep) | kSend;
/// Where stamps of the API are relied on.
constexpr unsigned kStamps = kSend | at(SubmitMoment::CompareStamps);

struct Rule {
  Guard guard;
  unsigned moments;
  End end;
  bool (*holds)(const SubmitFacts& facts, const SubmitTime& time);
};

using Facts = const SubmitFacts&;
using Time = const SubmitTime&;

constexpr Rule kRules[] = {
    {Guard::Stopping, kAsk | kSend, {}, [](Facts facts, Time) { return facts.stopping; }},
    {Guard::Disabled, kAsk | kQueue, SubmissionState::Refused,
     [](Facts facts, Time) { return !facts.enabled; }},
    {Guard::TypeNotAllowed, kAsk | kQueue, SubmissionState::Refused,
     [](Facts facts, Time) { return !facts.type_allowed; }},
    {Guard::StoreRecovered, kAsk, {}, [](Facts facts, Time) { return !facts.key_known; }},
    {Guard::WaitOver, kQueue, SubmissionState::Refused,
     [](Facts facts, Time) { return facts.wait_over; }},
    {Guard::Overdue, kQueue, SubmissionState::Expired,
     [](Facts facts, Time) { return facts.overdue; }},
    {Guard::NoServerTime, kStamps, {}, [](Facts, Time time) { return !time.server; }},
    {Guard::ClockUncertain,
     kStamps,
     {},
     [](Facts, Time time) { return is_too_rough(time.uncertainty); }},
    {Guard::ClocksDisagree,
     kStamps,
     {},
     [](Facts, Time time) { return clocks_disagree(time.server, time.now.wall); }},
    {Guard::Degraded, kSend, {}, [](Facts facts, Time) { return facts.degraded; }},
    {Guard::Blocked, kSend, {}, [](Facts facts, Time) { return facts.blocked; }},
    {Guard::HourLimit, kAsk | kSend, {}, [](Facts facts, Time) { return facts.limit_reached; }},
    {Guard::Token, kSend, {}, [](Facts facts, Time) { return facts.token_missing; }},
    {Guard::Quota, kSend, {}, [](Facts facts, Time) { return !facts.calls_left; }},
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

std::optional<SubmitGuard> first_guard(SubmitMoment moment, const SubmitFacts& facts,
                                       const SubmitTime& time) {
  for (const Rule& rule : kRules) {
    if ((rule.moments & at(moment)) != 0 && rule.holds(facts, time)) return rule.guard;
  }
  return std::nullopt;
}

std::optional<SubmissionState> end_by(SubmitGuard guard) {
  return kRules[static_cast<std::size_t>(guard)].end;
}

}  // namespace mactiond::core
