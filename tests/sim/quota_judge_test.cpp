#include "sim/quota_judge.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace mactiond::sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallTime kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 20)};

TEST(QuotaJudge, CountsABurstAcrossAMinuteBoundary) {
  QuotaJudge judge(documented_limits());
  for (int i = 0; i < 100; ++i) judge.record(kStart + seconds(59));
  EXPECT_EQ(judge.windows_over(), 0U);
  for (int i = 0; i < 99; ++i) judge.record(kStart + seconds(61));
  const QuotaVerdict minute = judge.verdicts().front();
  EXPECT_EQ(minute.max, 199);
  EXPECT_EQ(minute.over, 99U);
  EXPECT_EQ(minute.first_over, kStart + seconds(61));
}

TEST(QuotaJudge, DoesNotPutCallsOneWindowApartTogether) {
  QuotaJudge judge({{"minute", minutes(1), 1}});
  judge.record(kStart);
  judge.record(kStart + minutes(1));
  EXPECT_EQ(judge.windows_over(), 0U);
  judge.record(kStart + minutes(2) - Duration(1));
  EXPECT_EQ(judge.windows_over(), 1U);
}

TEST(QuotaJudge, CondemnsOneCallTooManyInAnHour) {
  QuotaJudge judge(documented_limits());
  for (int i = 0; i < 1500; ++i) judge.record(kStart + seconds(2) * i);
  EXPECT_EQ(judge.windows_over(), 0U);
  judge.record(kStart + hours(1) - Duration(1));
  EXPECT_EQ(judge.verdicts()[1].max, 1501);
  EXPECT_EQ(judge.verdicts()[1].over, 1U);
}

RC_GTEST_PROP(QuotaJudge, AgreesWithCountingEveryWindowByHand, ()) {
  const auto gaps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4000));
  QuotaJudge judge({{"minute", minutes(1), 20}});
  std::vector<WallTime> calls;
  WallTime at = kStart;
  for (const int gap : gaps) {
    at += milliseconds(gap);
    calls.push_back(at);
    judge.record(at);
  }
  std::ptrdiff_t max = 0;
  std::uint64_t over = 0;
  for (std::size_t last = 0; last < calls.size(); ++last) {
    const auto inside =
        std::count_if(calls.begin(), calls.begin() + static_cast<std::ptrdiff_t>(last) + 1,
                      [&](WallTime call) { return call > calls[last] - minutes(1); });
    max = std::max(max, inside);
    if (inside > 20) ++over;
  }
  RC_ASSERT(judge.verdicts().front().max == max);
  RC_ASSERT(judge.verdicts().front().over == over);
  RC_ASSERT(judge.max_in_window(minutes(1)) == max);
}

TEST(CallLedger, JudgesPackageLinksOnTheirOwnQuota) {
  CallLedger ledger;
  for (int i = 0; i < 3; ++i) ledger.record(Operation::PackageUri, kStart);
  EXPECT_EQ(ledger.judge(Bucket::Package).windows_over(), 1U);
  EXPECT_EQ(ledger.judge(Bucket::Api).calls(), 0U);
  EXPECT_EQ(ledger.windows_over(), 1U);
}

TEST(CallLedger, CountsTokenRequestsWithoutJudgingThem) {
  CallLedger ledger;
  for (int i = 0; i < 500; ++i) ledger.record(Operation::Token, kStart);
  ledger.record(Operation::List, kStart);
  EXPECT_EQ(ledger.calls(Operation::Token), 500U);
  EXPECT_EQ(ledger.judge(Bucket::Api).calls(), 1U);
  EXPECT_EQ(ledger.windows_over(), 0U);
}

}  // namespace
}  // namespace mactiond::sim
