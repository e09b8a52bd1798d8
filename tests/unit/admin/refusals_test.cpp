#include "admin/refusals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <set>
#include <string>

namespace mactiond::admin {
namespace {

using core::CancelGuard;
using testing::HasSubstr;

TEST(Refusals, EachGuardHasASentenceOfItsOwn) {
  std::set<std::string> sentences;
  for (std::size_t i = 0; !to_string(static_cast<CancelGuard>(i)).empty(); ++i) {
    const std::string text = sentence(static_cast<CancelGuard>(i));
    EXPECT_FALSE(text.empty()) << i;
    EXPECT_TRUE(sentences.insert(text).second) << text;
  }
  EXPECT_GE(sentences.size(), 18U);
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
