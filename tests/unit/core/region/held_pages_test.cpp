#include "core/region/held_pages.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using Kind = RegionCall::Kind;

HeldPage page(const std::string& machine, MonoTime until) {
  HeldPage held;
  held.machines = {machine};
  held.until = until;
  return held;
}

TEST(HeldPages, GiveBackWhatIsSettledOrWhoseTimeIsUp) {
  HeldPages held;
  const auto only_b = [](const std::string& machine, MonoTime) { return machine == "b"; };
  held.hold(page("a", kBoot + 5s));
  EXPECT_FALSE(held.take_ready(kBoot, only_b));
  held.hold(page("b", kBoot + 3s));
  EXPECT_EQ(held.until(), kBoot + 3s);
  EXPECT_EQ(held.take_ready(kBoot, only_b)->machines.front(), "b");
  EXPECT_FALSE(held.take_ready(kBoot + 5s - 1ms, only_b));
  EXPECT_EQ(held.take_ready(kBoot + 5s, only_b)->machines.front(), "a");
  EXPECT_FALSE(held.until());
}

TEST(HeldPages, ThePagesOfARoundWaitNoLongerThanOne) {
  HeldPages held;
  EXPECT_EQ(held.limit(Kind::Poll, 0, kBoot), kBoot + 5s);
  EXPECT_EQ(held.limit(Kind::Sweep, 0, kBoot + 1s), kBoot + 6s);
  EXPECT_EQ(held.limit(Kind::Poll, 1, kBoot + 4s), kBoot + 5s);
  EXPECT_EQ(held.limit(Kind::Sweep, 1, kBoot + 4s), kBoot + 6s);
  EXPECT_EQ(held.limit(Kind::Poll, 0, kBoot + 9s), kBoot + 14s);
}

bool nothing(const std::string& /*machine*/, MonoTime /*until*/) { return false; }
bool everything(const std::string& /*machine*/, MonoTime /*until*/) { return true; }

HeldPage showing(const std::string& action, const std::string& machine) {
  HeldPage held = page(machine, kBoot + 5s);
  held.news = {{action}};
  return held;
}

TEST(HeldPages, GiveBackAPageBeforeALaterOneOfTheSameAction) {
  HeldPages held;
  const auto only_b = [](const std::string& machine, MonoTime) { return machine == "b"; };
  held.hold(showing("x", "a"));
  held.hold(showing("x", "b"));
  EXPECT_EQ(held.take_ready(kBoot, only_b)->machines.front(), "a");
  EXPECT_EQ(held.take_ready(kBoot, only_b)->machines.front(), "b");
}

TEST(HeldPages, GiveBackAPageBeforeWhatElseShowsItsAction) {
  HeldPages held;
  held.hold(showing("x", "a"));
  held.hold(showing("y", "b"));
  EXPECT_FALSE(held.end_wait_for({"z"}));
  EXPECT_FALSE(held.take_ready(kBoot, nothing));
  EXPECT_TRUE(held.end_wait_for({"y"}));
  EXPECT_EQ(held.take_ready(kBoot, nothing)->machines.front(), "b");
  EXPECT_FALSE(held.take_ready(kBoot, nothing));
}

TEST(HeldPages, HoldNothingUpAfterTheirEnd) {
  HeldPages held;
  held.hold(showing("x", "a"));
  held.end_waits();
  EXPECT_TRUE(held.take_ready(kBoot, nothing));
  EXPECT_LE(held.limit(Kind::Poll, 0, kBoot), kBoot);
  EXPECT_LE(held.limit(Kind::Sweep, 0, kBoot), kBoot);
}

TEST(HeldPages, APollThatAHeldPageDelayedWaitsForWhatIsLeft) {
  HeldPages held;
  HeldPage first = page("a", held.limit(Kind::Poll, 0, kBoot));
  first.since = kBoot;
  held.hold(std::move(first));
  ASSERT_TRUE(held.take_ready(kBoot + 3s, everything));
  held.poll_ended(kBoot + 1s, kBoot + 3s);
  EXPECT_EQ(held.limit(Kind::Poll, 0, kBoot + 3s), kBoot + 3s + 5s - 2s);
  held.poll_ended(kBoot + 4s, kBoot + 9s);
  EXPECT_EQ(held.limit(Kind::Poll, 0, kBoot + 9s), kBoot + 14s) << "nothing was held";
}

TEST(HeldPages, APollThatIsDueLaterAnywayIsNotDelayed) {
  HeldPages held;
  HeldPage first = page("a", held.limit(Kind::Poll, 0, kBoot));
  first.since = kBoot;
  held.hold(std::move(first));
  ASSERT_TRUE(held.take_ready(kBoot + 5s, everything));
  held.poll_ended(kBoot + 15s, kBoot + 5s);
  EXPECT_EQ(held.limit(Kind::Poll, 0, kBoot + 15s), kBoot + 20s);
}

}  // namespace
}  // namespace mactiond::core
