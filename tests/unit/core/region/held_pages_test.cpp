#include "core/region/held_pages.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

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

}  // namespace
}  // namespace mactiond::core
