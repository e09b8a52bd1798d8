#include "format/event_filter.hpp"

#include <gtest/gtest.h>

#include "support/event_samples.hpp"

namespace mactiond::format {
namespace {

using core::EventType;

TEST(EventFilter, LetsEverythingPassWhereItIsEmpty) {
  EXPECT_TRUE(passes({}, test::failed_isolation()));
  EXPECT_TRUE(passes({}, core::EventRecord{}));
}

TEST(EventFilter, ReadsTypeAndStatusFromTheEvent) {
  const core::EventRecord event = test::failed_isolation();
  EXPECT_TRUE(passes({{"action.*"}, {"EU"}, {"isol*"}, {"Failed"}}, event));
  EXPECT_FALSE(passes({{"webhook.*"}, {}, {}, {}}, event));
  EXPECT_FALSE(passes({{}, {"us"}, {}, {}}, event));
  EXPECT_FALSE(passes({{}, {}, {"Offboard"}, {}}, event));
  EXPECT_FALSE(passes({{}, {}, {}, {"Succeeded"}}, event));
}

TEST(EventFilter, HoldsBackNothingThatAnEventDoesNotSay) {
  const core::EventRecord paused = test::event_of(EventType::WebhookPaused, R"("webhook":"soc")");
  EXPECT_TRUE(passes({{}, {"us"}, {"Offboard"}, {"Failed"}}, paused));
}

}  // namespace
}  // namespace mactiond::format
