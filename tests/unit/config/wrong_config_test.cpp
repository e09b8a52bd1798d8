#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "unit/config/config_text.hpp"
#include "unit/config/wrong_configs.hpp"

namespace mactiond::config {
namespace {

using testing::HasSubstr;
using testing::Not;

class WrongConfigTest : public testing::TestWithParam<WrongConfig> {};

TEST_P(WrongConfigTest, IsReportedAtItsPlaceWithAHintAndWithoutSecrets) {
  const WrongConfig& row = GetParam();
  const auto result = load(row.text);
  EXPECT_FALSE(result.ok());
  ASSERT_EQ(result.problems.size(), 1U) << all_problems(result);
  const std::string text = result.problems[0].text();
  EXPECT_THAT(text, testing::StartsWith("test.toml:" + row.place + ": "));
  EXPECT_THAT(text, HasSubstr(row.words));
  for (const std::string& secret : planted_secrets()) EXPECT_THAT(text, Not(HasSubstr(secret)));
}

INSTANTIATE_TEST_SUITE_P(All, WrongConfigTest, testing::ValuesIn(wrong_configs()),
                         [](const auto& row) { return row.param.name; });

TEST(WrongConfigs, AreManyAndDistinct) {
  std::set<std::string> texts;
  for (const WrongConfig& row : wrong_configs()) {
    EXPECT_TRUE(texts.insert(row.text).second) << row.name;
    EXPECT_NE(row.words, "") << row.name;
  }
  EXPECT_GE(texts.size(), 60U);
}

}  // namespace
}  // namespace mactiond::config
