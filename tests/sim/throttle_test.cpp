#include "sim/throttle.hpp"

#include <gtest/gtest.h>

namespace mactiond::sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallTime kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 20)};

TEST(Throttle, RefusesTheCallAfterTheHundredth) {
  Throttle throttle;
  const ThrottleOptions options;
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(throttle.admit(Operation::List, options, kStart + milliseconds(i)));
  }
  const auto refusal = throttle.admit(Operation::List, options, kStart + seconds(52));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 429);
  EXPECT_EQ(refusal->code, "429");
  EXPECT_EQ(refusal->retry_after, "9");
  EXPECT_NE(refusal->message.find("Maximum allowed 100 per 00:01:00"), std::string::npos);
  EXPECT_NE(refusal->message.find("again in 9 seconds."), std::string::npos);
}

TEST(Throttle, CountsRefusedCallsToo) {
  Throttle throttle;
  ThrottleOptions options;
  options.per_minute = 1;
  EXPECT_FALSE(throttle.admit(Operation::List, options, kStart));
  for (int i = 1; i < 6; ++i) {
    EXPECT_TRUE(throttle.admit(Operation::List, options, kStart + seconds(50) * i));
  }
  EXPECT_FALSE(throttle.admit(Operation::List, options, kStart + seconds(310)));
}

TEST(Throttle, ForgetsAtTheFullMinuteWhereWindowsAreFixed) {
  Throttle throttle;
  ThrottleOptions options;
  options.per_minute = 1;
  options.fixed_windows = true;
  EXPECT_FALSE(throttle.admit(Operation::List, options, kStart + seconds(59)));
  EXPECT_TRUE(throttle.admit(Operation::List, options, kStart + milliseconds(59'500)));
  EXPECT_FALSE(throttle.admit(Operation::List, options, kStart + seconds(60)));
}

TEST(Throttle, HoldsTheHourLimit) {
  Throttle throttle;
  ThrottleOptions options;
  options.per_hour = 10;
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(throttle.admit(Operation::Get, options, kStart + minutes(i)));
  }
  const auto refusal = throttle.admit(Operation::Get, options, kStart + minutes(30));
  ASSERT_TRUE(refusal);
  EXPECT_NE(refusal->message.find("10 per 01:00:00"), std::string::npos);
}

TEST(Throttle, LetsAnotherClientUseUpTheQuota) {
  Throttle throttle;
  ThrottleOptions options;
  options.shared_calls_per_minute = 100;
  EXPECT_FALSE(throttle.admit(Operation::List, options, kStart));
  EXPECT_TRUE(throttle.admit(Operation::List, options, kStart + minutes(2)));
}

TEST(Throttle, SaysWaitInEachForm) {
  ThrottleOptions options;
  const auto refusal = [&options] {
    return too_many_requests(options, 1500, true, seconds(7), kStart);
  };
  options.retry_after = RetryAfter::Date;
  EXPECT_EQ(refusal().retry_after, "Fri, 20 Nov 2026 00:00:08 GMT");
  options.retry_after = RetryAfter::Zero;
  EXPECT_EQ(refusal().retry_after, "0");
  options.retry_after = RetryAfter::Huge;
  EXPECT_EQ(refusal().retry_after, "99999999");
  options.retry_after = RetryAfter::None;
  EXPECT_FALSE(refusal().retry_after);
  options.body = ThrottleBody::Old;
  EXPECT_EQ(refusal().message, "API calls quota exceeded! maximum allowed 1500 per 01:00:00");
  options.body = ThrottleBody::Documented;
  EXPECT_EQ(refusal().code, "TooManyRequests");
}

TEST(Throttle, MetersPackageLinksApart) {
  Throttle throttle;
  const ThrottleOptions options;
  EXPECT_FALSE(throttle.admit(Operation::PackageUri, options, kStart));
  EXPECT_FALSE(throttle.admit(Operation::PackageUri, options, kStart));
  EXPECT_TRUE(throttle.admit(Operation::PackageUri, options, kStart));
  EXPECT_FALSE(throttle.admit(Operation::List, options, kStart));
}

}  // namespace
}  // namespace mactiond::sim
