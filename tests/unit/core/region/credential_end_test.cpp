#include "core/region/credential_end.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using test::kDay;

/// Every threshold that is reported from `from` on, as someone sees who looks when it is due.
std::vector<int> reported(CredentialEnd& credential, WallTime from) {
  std::vector<int> thresholds;
  for (WallTime now = from; credential.next_at();) {
    now = std::max(now, *credential.next_at());
    thresholds.push_back(credential.report(now).days);
  }
  return thresholds;
}

TEST(CredentialEnd, IsReportedAtEachThresholdOnce) {
  CredentialEnd credential;
  credential.set(kDay + days(100));
  EXPECT_EQ(credential.next_at(), kDay + days(70));
  EXPECT_EQ(reported(credential, kDay), (std::vector<int>{30, 14, 7, 3, 1, 0}));
}

TEST(CredentialEnd, IsReportedByTheLastThresholdAlone) {
  CredentialEnd credential;
  credential.set(kDay + days(5));
  EXPECT_EQ(reported(credential, kDay), (std::vector<int>{7, 3, 1, 0}));
  credential.set(kDay - days(5));
  EXPECT_EQ(reported(credential, kDay), (std::vector<int>{0}));
}

TEST(CredentialEnd, ThatWasReportedIsNotReportedAgain) {
  CredentialEnd credential;
  credential.set(kDay + days(5));
  credential.restore(CredentialMark{kDay + days(5), 7});
  EXPECT_EQ(credential.next_at(), kDay + days(2));
  credential.restore(CredentialMark{kDay + days(5), 0});
  EXPECT_EQ(credential.next_at(), std::nullopt);
}

TEST(CredentialEnd, AnotherOneBeginsWithTheFirstThreshold) {
  CredentialEnd credential;
  credential.set(kDay + days(5));
  EXPECT_EQ(credential.report(kDay).days, 7);
  credential.set(kDay + days(365));
  EXPECT_EQ(credential.next_at(), kDay + days(335));
  EXPECT_EQ(reported(credential, kDay), (std::vector<int>{30, 14, 7, 3, 1, 0}));
}

TEST(CredentialEnd, ThatIsNotKnownIsNeverReported) {
  CredentialEnd credential;
  EXPECT_EQ(credential.next_at(), std::nullopt);
  EXPECT_EQ(credential.trouble(kDay), std::nullopt);
  credential.set(kDay);
  credential.set(std::nullopt);
  EXPECT_EQ(credential.next_at(), std::nullopt);
}

TEST(CredentialEnd, IsTroubleOnceItIsPast) {
  CredentialEnd credential;
  credential.set(kDay + 1h);
  EXPECT_EQ(credential.trouble(kDay), std::nullopt);
  const auto trouble = credential.trouble(kDay + 1h);
  ASSERT_TRUE(trouble);
  EXPECT_EQ(trouble->reason, Reason::Auth);
  EXPECT_NE(trouble->detail.find("expires"), std::string::npos) << trouble->detail;
}

}  // namespace
}  // namespace mactiond::core
