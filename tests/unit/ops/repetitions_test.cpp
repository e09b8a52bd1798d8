#include "ops/repetitions.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace mactiond::ops {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kStart{1h};

core::LogEntry trouble(const std::string& region, const std::string& reason,
                       const std::string& attempt = "1") {
  return {core::LogEntry::Level::Warning,
          "call_failed",
          {{"region", region}, {"reason", reason}, {"attempt", attempt}}};
}

TEST(Repetitions, AdmitsWhatDiffersInWhereOrWhy) {
  Repetitions repetitions;
  EXPECT_TRUE(repetitions.admit(trouble("eu", "network"), kStart));
  EXPECT_TRUE(repetitions.admit(trouble("us", "network"), kStart));
  EXPECT_TRUE(repetitions.admit(trouble("eu", "timeout"), kStart));
  EXPECT_FALSE(repetitions.admit(trouble("eu", "network", "2"), kStart));
}

TEST(Repetitions, AdmitsEveryChangeOfState) {
  Repetitions repetitions;
  core::LogEntry error = trouble("eu", "network");
  error.level = core::LogEntry::Level::Error;
  const core::LogEntry without_reason{core::LogEntry::Level::Warning, "cancelling_suspended", {}};
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(repetitions.admit(error, kStart));
    EXPECT_TRUE(repetitions.admit(without_reason, kStart));
  }
  EXPECT_TRUE(repetitions.rest().empty());
}

TEST(Repetitions, ReportsTheLatestWithTheCountAtTheEndOfThePeriod) {
  Repetitions repetitions;
  EXPECT_TRUE(repetitions.admit(trouble("eu", "network"), kStart));
  EXPECT_FALSE(repetitions.admit(trouble("eu", "network", "2"), kStart + 1s));
  EXPECT_FALSE(repetitions.admit(trouble("eu", "network", "3"), kStart + 2s));
  EXPECT_TRUE(repetitions.due(kStart + Repetitions::kPeriod - 1us).empty());
  const auto due = repetitions.due(kStart + Repetitions::kPeriod);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].fields[2].second, "3");
  EXPECT_EQ(due[0].fields[3], (std::pair<std::string, std::string>{"repeated", "2"}));
}

TEST(Repetitions, ContinuesCountingInTheNextPeriodAndForgetsAfterAQuietOne) {
  Repetitions repetitions;
  EXPECT_TRUE(repetitions.admit(trouble("eu", "network"), kStart));
  EXPECT_FALSE(repetitions.admit(trouble("eu", "network"), kStart));
  EXPECT_EQ(repetitions.due(kStart + Repetitions::kPeriod).size(), 1U);
  EXPECT_FALSE(repetitions.admit(trouble("eu", "network"), kStart + Repetitions::kPeriod));
  EXPECT_EQ(repetitions.due(kStart + 2 * Repetitions::kPeriod).size(), 1U);
  EXPECT_TRUE(repetitions.due(kStart + 3 * Repetitions::kPeriod).empty());
  EXPECT_TRUE(repetitions.admit(trouble("eu", "network"), kStart + 3 * Repetitions::kPeriod));
}

TEST(Repetitions, ReportsTheRestAtTheEnd) {
  Repetitions repetitions;
  EXPECT_TRUE(repetitions.admit(trouble("eu", "network"), kStart));
  EXPECT_TRUE(repetitions.admit(trouble("us", "network"), kStart));
  EXPECT_FALSE(repetitions.admit(trouble("us", "network"), kStart));
  EXPECT_EQ(repetitions.rest().size(), 1U);
  EXPECT_TRUE(repetitions.rest().empty());
}

TEST(Repetitions, KeepsNoMoreTroublesThanItsLimit) {
  Repetitions repetitions;
  for (std::size_t i = 0; i < Repetitions::kMax; ++i) {
    EXPECT_TRUE(repetitions.admit(trouble("r" + std::to_string(i), "network"), kStart));
  }
  EXPECT_TRUE(repetitions.admit(trouble("one more", "network"), kStart));
  EXPECT_TRUE(repetitions.admit(trouble("one more", "network"), kStart));
  EXPECT_FALSE(repetitions.admit(trouble("r0", "network"), kStart));
}

}  // namespace
}  // namespace mactiond::ops
