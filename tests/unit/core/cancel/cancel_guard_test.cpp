#include "core/cancel/cancel_guard.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "base/enum_values.hpp"
#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using test::kDay;

CancelTime sound() {
  CancelTime time;
  time.now = {kDay, kBoot};
  time.server = kDay;
  time.uncertainty = 1s;
  time.swept = true;
  return time;
}

std::optional<CancelGuard> guard_of(const CancelTime& time) {
  return first_guard(CancelMoment::Age, {}, time);
}

TEST(CancelGuardTest, SoundTimeAndAFullSweepAreNotGuarded) {
  EXPECT_EQ(guard_of(sound()), std::nullopt);
}

TEST(CancelGuardTest, WithoutTheServersTimeAgesAreUnknown) {
  CancelTime time = sound();
  time.server.reset();
  EXPECT_EQ(guard_of(time), CancelGuard::NoServerTime);
}

TEST(CancelGuardTest, AServerClockKnownTooRoughlyIsNotReliedOn) {
  CancelTime time = sound();
  time.uncertainty = 5min;
  EXPECT_EQ(guard_of(time), std::nullopt);
  time.uncertainty += 1s;
  EXPECT_EQ(guard_of(time), CancelGuard::ClockUncertain);
}

TEST(CancelGuardTest, AServerClockThatJumpedMustHoldStillForTenMinutes) {
  CancelTime time = sound();
  time.jumped = kBoot - 10min + 1s;
  EXPECT_EQ(guard_of(time), CancelGuard::ClockJumped);
  time.jumped = kBoot - 10min;
  EXPECT_EQ(guard_of(time), std::nullopt);
}

TEST(CancelGuardTest, ClocksADayApartAreNotReliedOn) {
  for (const Duration by : {Duration(24h), Duration(-24h)}) {
    CancelTime time = sound();
    time.now.wall += by;
    EXPECT_EQ(guard_of(time), CancelGuard::ClocksDisagree);
    time.now.wall -= by / 24;
    EXPECT_EQ(guard_of(time), std::nullopt);
  }
}

TEST(CancelGuardTest, NothingIsCancelledBeforeAFullSweep) {
  CancelTime time = sound();
  time.swept = false;
  EXPECT_EQ(guard_of(time), CancelGuard::NotSwept);
}

/// At which moments a guard holds when nothing else does.
struct Case {
  CancelGuard guard;
  std::set<CancelMoment> moments;
  void (*raise)(CancelFacts& facts, CancelTime& time);
};

using Guard = CancelGuard;
using Moment = CancelMoment;
using Facts = CancelFacts&;
using Time = CancelTime&;

const std::set<Moment> kEverybody = {Moment::Decide, Moment::Ask, Moment::Call,
                                     Moment::OperatorCall};
const std::set<Moment> kAges = {Moment::Age, Moment::Decide, Moment::Call};
const std::set<Moment> kPolicies = {Moment::Decide, Moment::Call};

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = {
      {Guard::NotOpen, {Moment::Ask, Moment::Stand}, [](Facts facts, Time) { facts.open = false; }},
      {Guard::Off, kEverybody, [](Facts facts, Time) { facts.off = true; }},
      {Guard::Suspended, kEverybody, [](Facts facts, Time) { facts.suspended = true; }},
      {Guard::UnderWay,
       {Moment::Decide, Moment::Ask},
       [](Facts facts, Time) { facts.under_way = true; }},
      {Guard::NoServerTime, kAges, [](Facts, Time time) { time.server.reset(); }},
      {Guard::ClockUncertain, kAges, [](Facts, Time time) { time.uncertainty = 1h; }},
      {Guard::ClockJumped, kAges, [](Facts, Time time) { time.jumped = kBoot; }},
      {Guard::ClocksDisagree, kAges, [](Facts, Time time) { time.now.wall += 25h; }},
      {Guard::NotSwept,
       {Moment::Age, Moment::Decide, Moment::Call, Moment::OperatorCall},
       [](Facts, Time time) { time.swept = false; }},
      {Guard::StoreRecovered, kPolicies, [](Facts facts, Time) { facts.policies_held = true; }},
      {Guard::MachineUnknown,
       {Moment::Decide, Moment::Stand},
       [](Facts facts, Time) { facts.machine_unknown = true; }},
      {Guard::NotGoverned, {Moment::Stand}, [](Facts facts, Time) { facts.governed = false; }},
      {Guard::Never,
       {Moment::Decide, Moment::Stand},
       [](Facts facts, Time) { facts.never = true; }},
      {Guard::Decided, {Moment::Decide}, [](Facts facts, Time) { facts.decided = true; }},
      {Guard::Permission, kEverybody, [](Facts facts, Time) { facts.forbidden = true; }},
      {Guard::RoleInDoubt,
       {Moment::Call, Moment::OperatorCall},
       [](Facts facts, Time) { facts.role_in_doubt = true; }},
      {Guard::PolicyLimit, kPolicies,
       [](Facts facts, Time) {
         facts.limit = {Guard::PolicyLimit, 1};
       }},
      {Guard::TotalLimit, kPolicies,
       [](Facts facts, Time) {
         facts.limit = {Guard::TotalLimit, 1};
       }},
      {Guard::Quota, {Moment::Decide}, [](Facts facts, Time) { facts.calls_left = false; }},
  };
  return kCases;
}

constexpr Moment kMoments[] = {Moment::Age,  Moment::Decide,       Moment::Ask,
                               Moment::Call, Moment::OperatorCall, Moment::Stand};

TEST(CancelGuardTest, EachGuardHoldsAtItsMomentsAndAtNoOther) {
  for (const Case& one : cases()) {
    CancelFacts facts;
    CancelTime time = sound();
    one.raise(facts, time);
    for (const Moment moment : kMoments) {
      const auto held = one.moments.contains(moment) ? std::optional(one.guard) : std::nullopt;
      EXPECT_EQ(first_guard(moment, facts, time), held)
          << to_string(one.guard) << ' ' << static_cast<int>(moment);
    }
  }
}

TEST(CancelGuardTest, TheFirstOfSeveralGuardsIsNamed) {
  for (const Moment moment : kMoments) {
    CancelFacts facts;
    CancelTime time = sound();
    std::optional<CancelGuard> first;
    for (auto one = cases().rbegin(); one != cases().rend(); ++one) {
      if (one->guard != Guard::PolicyLimit) one->raise(facts, time);
      if (one->moments.contains(moment) && one->guard != Guard::PolicyLimit) first = one->guard;
      EXPECT_EQ(first_guard(moment, facts, time), first) << to_string(one->guard);
    }
  }
}

TEST(CancelGuardTest, EachGuardHasACaseHereInItsOrder) {
  std::vector<CancelGuard> guards;
  for (const Case& one : cases()) guards.push_back(one.guard);
  EXPECT_TRUE(std::ranges::equal(guards, kValuesOf<CancelGuard>));
}

TEST(CancelGuardTest, EachGuardHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const CancelGuard guard : kValuesOf<CancelGuard>) names.insert(to_string(guard));
  EXPECT_EQ(names.size(), kValuesOf<CancelGuard>.size());
}

TEST(CancelGuardTest, WhatHoldsAllActionsAlikeIsNoMatterOfOne) {
  EXPECT_EQ(scope_of(Guard::Suspended), CancelScope::Region);
  EXPECT_EQ(scope_of(Guard::Quota), CancelScope::Region);
  EXPECT_EQ(scope_of(Guard::TotalLimit), CancelScope::Policy);
  EXPECT_EQ(scope_of(Guard::Permission), CancelScope::Action);
}

}  // namespace
}  // namespace mactiond::core
