#include "ops/position_due.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace mactiond::ops {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kNow{1h};

TEST(PositionDue, NothingIsDueWhereNothingWasWritten) {
  PositionDue position;
  EXPECT_FALSE(position.due());
  position.committed();
  EXPECT_FALSE(position.due());
}

TEST(PositionDue, IsDueWellWithinAFifthOfASecondAfterTheFirstLine) {
  PositionDue position;
  for (int line = 0; line < 100; ++line) position.moved(kNow + line * 10ms);
  ASSERT_TRUE(position.due());
  EXPECT_GT(*position.due(), kNow) << "other commits may take it along";
  EXPECT_LE(*position.due(), kNow + 150ms) << "lines that follow put it off";
}

TEST(PositionDue, CountsFromTheNextLineOnceCommitted) {
  PositionDue position;
  position.moved(kNow);
  position.committed();
  EXPECT_FALSE(position.due());
  position.moved(kNow + 5s);
  ASSERT_TRUE(position.due());
  EXPECT_GT(*position.due(), kNow + 5s);
}

}  // namespace
}  // namespace mactiond::ops
