#include "core/submit/submit_guard.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <vector>

#include "base/enum_values.hpp"
#include "submit_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using Guard = SubmitGuard;
using Moment = SubmitMoment;
using Facts = SubmitFacts&;
using Time = SubmitTime&;

/// At which moments a guard holds when nothing else does.
struct Case {
  Guard guard;
  std::set<Moment> moments;
  std::optional<SubmissionState> end;
  void (*raise)(SubmitFacts& facts, SubmitTime& time);
};

const std::set<Moment> kQueue = {Moment::Keep, Moment::Send};
const std::set<Moment> kAlways = {Moment::Ask, Moment::Keep, Moment::Send};
const std::set<Moment> kStamps = {Moment::Send, Moment::CompareStamps};

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = {
      {Guard::Stopping,
       {Moment::Ask, Moment::Send},
       {},
       [](Facts facts, Time) { facts.stopping = true; }},
      {Guard::Disabled, kAlways, SubmissionState::Refused,
       [](Facts facts, Time) { facts.enabled = false; }},
      {Guard::TypeNotAllowed, kAlways, SubmissionState::Refused,
       [](Facts facts, Time) { facts.type_allowed = false; }},
      {Guard::StoreRecovered,
       {Moment::Ask},
       {},
       [](Facts facts, Time) { facts.key_known = false; }},
      {Guard::WaitOver, kQueue, SubmissionState::Refused,
       [](Facts facts, Time) { facts.wait_over = true; }},
      {Guard::Overdue, kQueue, SubmissionState::Expired,
       [](Facts facts, Time) { facts.overdue = true; }},
      {Guard::NoServerTime, kStamps, {}, [](Facts, Time time) { time.server.reset(); }},
      {Guard::ClockUncertain, kStamps, {}, [](Facts, Time time) { time.uncertainty = 6min; }},
      {Guard::ClocksDisagree, kStamps, {}, [](Facts, Time time) { time.now.wall -= 24h; }},
      {Guard::Degraded, {Moment::Send}, {}, [](Facts facts, Time) { facts.degraded = true; }},
      {Guard::Blocked, {Moment::Send}, {}, [](Facts facts, Time) { facts.blocked = true; }},
      {Guard::HourLimit,
       {Moment::Ask, Moment::Send},
       {},
       [](Facts facts, Time) { facts.limit_reached = true; }},
      {Guard::Token, {Moment::Send}, {}, [](Facts facts, Time) { facts.token_missing = true; }},
      {Guard::Quota, {Moment::Send}, {}, [](Facts facts, Time) { facts.calls_left = false; }},
  };
  return kCases;
}

constexpr Moment kMoments[] = {Moment::Ask, Moment::Keep, Moment::Send, Moment::CompareStamps};

TEST(SubmitGuardTest, EachGuardHoldsAtItsMomentsAndAtNoOther) {
  for (const Case& one : cases()) {
    SubmitFacts facts;
    SubmitTime time = test::sound_time();
    one.raise(facts, time);
    for (const Moment moment : kMoments) {
      const auto held = one.moments.contains(moment) ? std::optional(one.guard) : std::nullopt;
      EXPECT_EQ(first_guard(moment, facts, time), held)
          << to_string(one.guard) << ' ' << static_cast<int>(moment);
    }
  }
}

TEST(SubmitGuardTest, TheFirstOfSeveralGuardsIsNamed) {
  for (const Moment moment : kMoments) {
    SubmitFacts facts;
    SubmitTime time = test::sound_time();
    std::optional<Guard> first;
    for (auto one = cases().rbegin(); one != cases().rend(); ++one) {
      one->raise(facts, time);
      if (one->moments.contains(moment)) first = one->guard;
      EXPECT_EQ(first_guard(moment, facts, time), first) << to_string(one->guard);
    }
  }
}

TEST(SubmitGuardTest, OnlyWhatCannotPassEndsASubmission) {
  for (const Case& one : cases()) EXPECT_EQ(end_by(one.guard), one.end) << to_string(one.guard);
}

TEST(SubmitGuardTest, EachGuardHasACaseHere) {
  ASSERT_EQ(kValuesOf<Guard>.size(), cases().size());
  for (std::size_t i = 0; i < cases().size(); ++i) EXPECT_EQ(cases()[i].guard, kValuesOf<Guard>[i]);
}

TEST(SubmitGuardTest, NothingHoldsASoundSubmission) {
  for (const Moment moment : kMoments) {
    EXPECT_EQ(first_guard(moment, {}, test::sound_time()), std::nullopt);
  }
}

}  // namespace
}  // namespace mactiond::core
