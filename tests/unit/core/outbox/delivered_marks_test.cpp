#include "core/outbox/delivered_marks.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using test::kDay;

DeliveryEndRow delivered(std::uint64_t seq) { return {"soc", seq, 1, false, {}, kDay}; }

Batch of(DeliveryEndRow row) {
  Batch writes;
  writes.ends.push_back(std::move(row));
  return writes;
}

TEST(DeliveredMarks, WaitForOthersAMoment) {
  DeliveredMarks marks;
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    Batch writes = of(delivered(seq));
    marks.absorb(writes, kBoot + 5ms * static_cast<int>(seq));
    EXPECT_TRUE(writes.empty());
  }
  EXPECT_EQ(marks.due(), kBoot + 25ms) << "20 ms after the first of them";

  Batch writes = of(delivered(9));
  marks.drain_into(writes);
  ASSERT_EQ(writes.ends.size(), 4U);
  EXPECT_EQ(writes.ends.front().seq, 1U);
  EXPECT_EQ(writes.ends.back().seq, 9U);
  EXPECT_TRUE(marks.empty());
  EXPECT_FALSE(marks.due());
}

TEST(DeliveredMarks, ADeadLetterDoesNotWait) {
  DeliveredMarks marks;
  DeliveryEndRow dead = delivered(1);
  dead.dead = true;
  Batch writes = of(dead);
  marks.absorb(writes, kBoot);
  EXPECT_TRUE(marks.empty());
  EXPECT_EQ(writes.ends.size(), 1U);
}

TEST(DeliveredMarks, WhatElseIsWrittenDoesNotWait) {
  DeliveredMarks marks;
  Batch writes = of(delivered(1));
  writes.retries.push_back({"soc", 2, 1, kDay, "server_error 503"});
  marks.absorb(writes, kBoot);
  EXPECT_TRUE(marks.empty());

  Batch state = of(delivered(1));
  state.webhooks.push_back({"soc"});
  marks.absorb(state, kBoot);
  EXPECT_TRUE(marks.empty());
}

TEST(DeliveredMarks, AreDueAtOnceWhenTheyAreMany) {
  DeliveredMarks marks;
  for (std::uint64_t seq = 1; seq <= 1024; ++seq) {
    Batch writes = of(delivered(seq));
    marks.absorb(writes, kBoot + 1ms);
  }
  EXPECT_EQ(marks.due(), kBoot + 1ms);
}

TEST(DeliveredMarks, NothingToTakeIsNoMark) {
  DeliveredMarks marks;
  Batch none;
  marks.absorb(none, kBoot);
  EXPECT_FALSE(marks.due());
}

}  // namespace
}  // namespace mactiond::core
