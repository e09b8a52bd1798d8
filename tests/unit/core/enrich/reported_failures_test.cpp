#include "core/enrich/reported_failures.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;

TEST(ReportedFailures, NamesEachKindOnce) {
  ReportedFailures reported;
  EXPECT_TRUE(reported.add(Reason::Permission, kBoot));
  EXPECT_FALSE(reported.add(Reason::Permission, kBoot + 48h));
  EXPECT_TRUE(reported.add(Reason::Timeout, kBoot));
}

TEST(ReportedFailures, AreNewAfterASuccessButNotEveryMinute) {
  ReportedFailures reported;
  EXPECT_TRUE(reported.add(Reason::Timeout, kBoot));
  EXPECT_TRUE(reported.add(Reason::NotFound, kBoot));
  reported.succeeded(kBoot + 1min);
  EXPECT_FALSE(reported.add(Reason::Timeout, kBoot + 2min));
  reported.succeeded(kBoot + 1h);
  EXPECT_TRUE(reported.add(Reason::Timeout, kBoot + 2h));
  EXPECT_FALSE(reported.add(Reason::NotFound, kBoot + 2h)) << "of one machine, not of the call";
}

}  // namespace
}  // namespace mactiond::core
