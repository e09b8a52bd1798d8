#include "core/region/page_limit.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using Next = PageLimit::Next;

TEST(PageLimit, HalvesWhatIsRefusedDownToTheSmallest) {
  PageLimit limit;
  EXPECT_EQ(limit.top(300, kBoot), 300);
  EXPECT_EQ(limit.refused(300, kBoot), Next::Smaller);
  EXPECT_EQ(limit.top(300, kBoot), 150);
  EXPECT_EQ(limit.refused(300, kBoot), Next::SmallerAlready);
  EXPECT_EQ(limit.refused(150, kBoot), Next::Smaller);
  EXPECT_EQ(limit.top(300, kBoot), PageLimit::kSmallest);
  EXPECT_EQ(limit.top(50, kBoot), 50) << "what is configured smaller stays";
}

TEST(PageLimit, IsForgottenAfterADay) {
  PageLimit limit;
  (void)limit.refused(300, kBoot);
  EXPECT_EQ(limit.top(300, kBoot + 24h - 1s), 150);
  EXPECT_EQ(limit.top(300, kBoot + 24h), 300);
}

TEST(PageLimit, WhatRefusesTheSmallestMeansSomethingElse) {
  PageLimit limit;
  (void)limit.refused(150, kBoot);
  EXPECT_EQ(limit.refused(100, kBoot), Next::Nothing);
  EXPECT_EQ(limit.top(10'000, kBoot), 10'000);
}

TEST(PageLimit, StaysAtTheSmallestWhereEveryQueryWithItWasRefused) {
  PageLimit limit;
  limit.smallest_refused(kBoot);
  EXPECT_EQ(limit.refused(100, kBoot), Next::Nothing);
  EXPECT_EQ(limit.top(10'000, kBoot), 100);
  EXPECT_EQ(limit.top(10'000, kBoot + 24h), 10'000);
}

TEST(PageLimit, ASuspicionIsConfirmedByTheNextPage) {
  PageLimit limit;
  EXPECT_FALSE(limit.confirmed(kBoot));
  limit.suspect(10'000, kBoot);
  EXPECT_EQ(limit.top(10'000, kBoot), 100);
  EXPECT_EQ(limit.confirmed(kBoot), 10'000);
  EXPECT_FALSE(limit.confirmed(kBoot)) << "once";
  EXPECT_EQ(limit.top(10'000, kBoot), 100);
}

TEST(PageLimit, ASuspicionThatTheSmallestRefutesIsNotConfirmed) {
  PageLimit limit;
  limit.suspect(10'000, kBoot);
  EXPECT_EQ(limit.refused(100, kBoot), Next::Nothing);
  EXPECT_FALSE(limit.confirmed(kBoot));
  EXPECT_EQ(limit.top(10'000, kBoot), 10'000);
}

TEST(PageLimit, ASuspicionOfADayAgoIsNotConfirmed) {
  PageLimit limit;
  limit.suspect(10'000, kBoot);
  EXPECT_FALSE(limit.confirmed(kBoot + 24h));
}

TEST(PageLimit, TheSmallestIsNotSuspected) {
  PageLimit limit;
  limit.suspect(10'000, kBoot);
  limit.suspect(100, kBoot);
  EXPECT_EQ(limit.top(10'000, kBoot), 10'000);
}

}  // namespace
}  // namespace mactiond::core
