#include "core/region/query_choice.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kDay;

TEST(QueryChoice, ARefusedQueryIsFollowedByTheOtherInTheSameRound) {
  QueryChoice choice;
  EXPECT_EQ(choice.next(Filters::Auto, kDay), Strategy::Changes);
  EXPECT_FALSE(choice.refused(Strategy::Changes, "no such property", Filters::Auto));
  EXPECT_EQ(choice.next(Filters::Auto, kDay), Strategy::Documented);
  EXPECT_EQ(choice.strategy(Filters::Auto, kDay), Strategy::Changes) << "so far it may be anything";
}

TEST(QueryChoice, ARefusalIsRememberedForADayOnceTheOtherQueryWasTaken) {
  QueryChoice choice;
  (void)choice.refused(Strategy::Changes, "no such property", Filters::Auto);
  EXPECT_EQ(choice.taken(kDay), "no such property");
  EXPECT_FALSE(choice.taken(kDay)) << "once";
  choice.round_ended();
  EXPECT_EQ(choice.changes_refused_until(), kDay + 24h);
  EXPECT_EQ(choice.next(Filters::Auto, kDay + 24h - 1s), Strategy::Documented);
  EXPECT_EQ(choice.next(Filters::Auto, kDay + 24h), Strategy::Changes);
}

TEST(QueryChoice, WhatRefusesBothIsRememberedOfNeither) {
  QueryChoice choice;
  (void)choice.refused(Strategy::Changes, "one", Filters::Auto);
  EXPECT_EQ(choice.refused(Strategy::Documented, "", Filters::Auto),
            "last-update query: one; documented query: refused");
  EXPECT_FALSE(choice.taken(kDay));
  EXPECT_EQ(choice.next(Filters::Auto, kDay), Strategy::Changes) << "all over again";
}

TEST(QueryChoice, ARefusedDocumentedQueryBringsTheOtherBack) {
  QueryChoice choice;
  choice.restore(kDay + 10h);
  EXPECT_EQ(choice.next(Filters::Auto, kDay), Strategy::Documented);
  EXPECT_FALSE(choice.refused(Strategy::Documented, "no", Filters::Auto));
  EXPECT_FALSE(choice.taken(kDay));
  EXPECT_FALSE(choice.changes_refused_until());
}

TEST(QueryChoice, WhereOnlyDocumentedFiltersAreWantedNoOtherIsAsked) {
  QueryChoice choice;
  EXPECT_EQ(choice.next(Filters::Documented, kDay), Strategy::Documented);
  EXPECT_EQ(choice.refused(Strategy::Documented, "no", Filters::Documented), "no");
}

TEST(QueryChoice, ARoundThatIsGivenUpLeavesNothingBehind) {
  QueryChoice choice;
  (void)choice.refused(Strategy::Changes, "one", Filters::Auto);
  choice.round_given_up();
  EXPECT_EQ(choice.next(Filters::Auto, kDay), Strategy::Changes);
  EXPECT_FALSE(choice.taken(kDay));
}

TEST(QueryChoice, ARefusalRecordedByAWrongClockDoesNotLast) {
  QueryChoice choice;
  choice.restore(kDay + 24h * 365);
  EXPECT_EQ(choice.next(Filters::Auto, kDay), Strategy::Changes);
}

}  // namespace
}  // namespace mactiond::core
