#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "core/region/poll_schedule.hpp"

namespace mactiond::core {

inline constexpr Duration kFast = std::chrono::seconds(2);
inline constexpr Duration kIdle = std::chrono::seconds(15);

struct PollScheduleTest : testing::Test {
  Query begin_poll(MonoTime now, WallTime server) {
    const auto query = schedule.poll_due(now, server);
    EXPECT_TRUE(query);
    schedule.poll_sent();
    return query.value_or(Query{});
  }
  void poll(MonoTime now, WallTime server, std::optional<WallTime> newest = std::nullopt,
            bool any_open = false) {
    (void)begin_poll(now, server);
    EXPECT_TRUE(schedule.poll_page({newest ? 1 : 0, false, newest}, any_open ? kFast : kIdle, now,
                                   {server, server}));
  }

  PollOptions options;
  PollSchedule schedule{options};
  Random random{3};
};

}  // namespace mactiond::core
