#include "core/region/region_calls.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/outbox/outbox.hpp"
#include "core/recorder.hpp"
#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using test::kDay;

struct RegionCallsTest : testing::Test {
  [[nodiscard]] static RegionOptions eu() {
    RegionOptions options;
    options.name = "eu";
    return options;
  }
  [[nodiscard]] std::optional<MonoTime> take(QuotaKind what) {
    return calls.take(Lane::Operator, {kDay, kBoot}, out, what);
  }

  Step step;
  Recorder recorder{"soc1", 0};
  std::vector<Slot<Outbox>> outboxes;
  std::uint64_t last_id = 0;
  StepWriter out{step, recorder, outboxes, last_id};
  RegionCalls calls{eu(), "boot-1"};
};

TEST_F(RegionCallsTest, ALiveResponseTakesATokenOfItsOwnAndAGeneralOne) {
  EXPECT_EQ(take(QuotaKind::LiveResponse), std::nullopt);
  EXPECT_EQ(calls.limiter().status(kBoot).minute_used, 1);
  EXPECT_EQ(take(QuotaKind::LiveResponse), std::nullopt);
  EXPECT_FALSE(calls.has_token(Lane::Operator, kBoot, QuotaKind::LiveResponse));
  EXPECT_GT(take(QuotaKind::LiveResponse).value(), kBoot);
  EXPECT_EQ(calls.limiter().status(kBoot).minute_used, 2) << "both or none";
  EXPECT_EQ(take(QuotaKind::Api), std::nullopt);
}

TEST_F(RegionCallsTest, WithoutAGeneralTokenALiveResponseTakesNoneOfItsOwn) {
  while (!take(QuotaKind::Api)) continue;
  EXPECT_FALSE(calls.has_token(Lane::Operator, kBoot, QuotaKind::LiveResponse));
  EXPECT_GT(take(QuotaKind::LiveResponse).value(), kBoot);
  EXPECT_LE(calls.limiter().next_at(Lane::Operator, kBoot, QuotaKind::LiveResponse), kBoot);
}

TEST_F(RegionCallsTest, EachTokenIsWrittenBeforeItsCall) {
  ASSERT_EQ(take(QuotaKind::Api), std::nullopt);
  const std::size_t rows = step.writes.quotas.size();
  EXPECT_GT(rows, 0U);
  ASSERT_EQ(take(QuotaKind::LiveResponse), std::nullopt);
  EXPECT_GT(step.writes.quotas.size(), rows) << "also those of its own";
}

TEST_F(RegionCallsTest, ALimitThatTheApiNamesIsThatOfTheCallsKind) {
  Outcome refused = test::throttled(1s);
  refused.limit = NamedLimit{5, 1min};
  calls.throttled({RegionCall::Kind::Start, {}, kBoot, {}, 0, QuotaKind::LiveResponse}, refused,
                  kBoot, out);
  EXPECT_EQ(calls.limiter().status(kBoot).minute_limit, 100);
  EXPECT_FALSE(calls.has_token(Lane::Cancel, kBoot)) << "all calls are held";
  calls.throttled({RegionCall::Kind::Poll, {}, kBoot}, refused, kBoot, out);
  EXPECT_EQ(calls.limiter().status(kBoot).minute_limit, 5);
}

}  // namespace
}  // namespace mactiond::core
