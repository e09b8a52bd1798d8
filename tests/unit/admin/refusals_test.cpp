#include "admin/refusals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/enum_values.hpp"

namespace mactiond::admin {
namespace {

using core::CancelGuard;
using testing::HasSubstr;

TEST(Refusals, EachGuardHasASentenceOfItsOwn) {
  std::set<std::string> sentences;
  for (const CancelGuard guard : kValuesOf<CancelGuard>) {
    const std::string text = sentence(guard);
    EXPECT_FALSE(text.empty()) << to_string(guard);
    EXPECT_TRUE(sentences.insert(text).second) << text;
  }
}

TEST(Refusals, EachGuardOfSubmissionsHasASentenceOfItsOwn) {
  std::set<std::string> sentences;
  for (const core::SubmitGuard guard : kValuesOf<core::SubmitGuard>) {
    const std::string text = sentence(guard);
    EXPECT_FALSE(text.empty()) << to_string(guard);
    EXPECT_TRUE(sentences.insert(text).second) << text;
  }
}

TEST(Refusals, AMissingPermissionIsNamed) {
  EXPECT_THAT(sentence(CancelGuard::Permission, ActionType::Known::RunAntiVirusScan),
              HasSubstr("lacks the permission Machine.Scan; grant it"));
}

TEST(Refusals, TheDecisionInProgressIsNamed) {
  const core::CancelRefused refused{CancelGuard::UnderWay, {}, "md_1"};
  EXPECT_THAT(sentence(refused), HasSubstr("(decision md_1)"));
}

TEST(Refusals, ADisabledWebhookIsNamedWithItsReason) {
  EXPECT_EQ(sentence(core::WebhookDisabled{"soc", "410"}),
            "soc is disabled (410) and sends nothing; resume it to try it again");
}

}  // namespace
}  // namespace mactiond::admin
