#include "core/region/unusable_rows.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;

TEST(UnusableRows, AreCountedAlwaysAndReportedOnceAnHour) {
  UnusableRows unusable;
  EXPECT_TRUE(unusable.add(2, kBoot));
  EXPECT_FALSE(unusable.add(2, kBoot + 1h - 1s));
  EXPECT_TRUE(unusable.add(2, kBoot + 1h));
  EXPECT_EQ(unusable.count(), 6);
}

}  // namespace
}  // namespace mactiond::core
