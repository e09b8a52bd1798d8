#include "core/region/page_facts.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <vector>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kDay;
using test::open_action;

std::vector<MachineAction> created_at(std::vector<std::optional<Duration>> ages) {
  std::vector<MachineAction> actions;
  for (const auto& age : ages) {
    const auto when = age ? std::optional(kDay + *age) : std::nullopt;
    actions.push_back(open_action("a" + std::to_string(actions.size())).created(when));
  }
  return actions;
}

TEST(PageFacts, SayWhatTimeOfCreationAPageCovers) {
  for (const auto& rows : {created_at({1s, 2s, 2s, 9s}), created_at({9s, 2s, 2s, 1s})}) {
    const PageFacts facts = facts_of(rows, 0, false);
    ASSERT_TRUE(facts.span);
    EXPECT_EQ(facts.span->oldest, kDay + 1s);
    EXPECT_EQ(facts.span->newest, kDay + 9s);
  }
}

TEST(PageFacts, APageInAnotherOrderCoversNothing) {
  EXPECT_FALSE(facts_of(created_at({1s, 9s, 2s}), 0, false).span);
  EXPECT_FALSE(facts_of({}, 0, false).span);
}

TEST(PageFacts, RowsWithoutATimeOfCreationCoverNothing) {
  EXPECT_FALSE(facts_of(created_at({std::nullopt, 1s, 2s}), 0, false).span);
  EXPECT_FALSE(facts_of(created_at({2s, 1s, std::nullopt}), 0, false).span);
  EXPECT_FALSE(facts_of(created_at({1s, std::nullopt, 2s}), 0, false).span);
}

TEST(PageFacts, FindTheNewestUpdate) {
  const std::vector<MachineAction> rows{open_action("a1").updated(kDay + 5s),
                                        open_action("a2").updated(kDay + 9s),
                                        open_action("a3").updated(std::nullopt)};
  const PageFacts facts = facts_of(rows, 2, true);
  EXPECT_EQ(facts.rows, 5);
  EXPECT_TRUE(facts.has_next_link);
  EXPECT_EQ(facts.newest_update, kDay + 9s);
}

}  // namespace
}  // namespace mactiond::core
