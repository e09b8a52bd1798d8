#include "core/outbox/syslog_feed.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

std::vector<EventRecord> events_from(std::uint64_t seq) {
  EventRecord event;
  event.seq = seq;
  return {event};
}

TEST(SyslogFeed, ContinuesBehindWhatWasSent) {
  SyslogFeed feed(5);
  EXPECT_EQ(feed.next(), 5U);
  EXPECT_FALSE(feed.sent(7));
  EXPECT_EQ(feed.next(), 8U);
}

TEST(SyslogFeed, PassesWhatGoesToNobodyAndStaysInItsRowOfFailures) {
  SyslogFeed feed(5);
  Random random(1);
  static_cast<void>(feed.failed(random));
  feed.pass(6);
  EXPECT_EQ(feed.next(), 7U);
  EXPECT_TRUE(feed.sent(7)) << "only a success ends it";
}

TEST(SyslogFeed, StaysWhereItIsAfterAFailure) {
  SyslogFeed feed(5);
  Random random(1);
  static_cast<void>(feed.failed(random));
  EXPECT_EQ(feed.next(), 5U);
  EXPECT_EQ(feed.failures(), 1);
  EXPECT_TRUE(feed.sent(5));
  EXPECT_FALSE(feed.sent(6));
}

TEST(SyslogFeed, WaitsLongerEachTimeButNotForever) {
  SyslogFeed feed(1);
  Random random(1);
  const Duration first = feed.failed(random);
  EXPECT_GE(first, 800ms);
  EXPECT_LE(first, 1200ms);
  Duration last{};
  for (int i = 0; i < 20; ++i) last = feed.failed(random);
  EXPECT_GE(last, 48s);
  EXPECT_LE(last, 72s);
  static_cast<void>(feed.sent(1));
  EXPECT_LE(feed.failed(random), 1200ms);
}

TEST(SyslogFeed, CountsWhatRetentionTook) {
  SyslogFeed feed(5);
  EXPECT_EQ(feed.skip_lost({}), 0U);
  EXPECT_EQ(feed.skip_lost(events_from(5)), 0U);
  EXPECT_EQ(feed.skip_lost(events_from(9)), 4U);
  EXPECT_EQ(feed.next(), 9U);
}

}  // namespace
}  // namespace mactiond::core
