#include "core/region/paging.hpp"

#include <gtest/gtest.h>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using test::kBoot;

TEST(Paging, ReportsASuspectedTopOnceTheSmallestIsTaken) {
  Paging paging;
  paging.suspect_top(10'000, kBoot);
  paging.saw(5, kBoot);
  EXPECT_EQ(paging.take_notices().size(), 1U);
  paging.saw(5, kBoot);
  EXPECT_TRUE(paging.take_notices().empty());
}

TEST(Paging, ReportsNoSuspectedTopWhereTheSmallestWasRefusedToo) {
  Paging paging;
  paging.suspect_top(10'000, kBoot);
  EXPECT_FALSE(paging.top_refused(100, kBoot));
  paging.saw(5, kBoot);
  EXPECT_TRUE(paging.take_notices().empty());
}

}  // namespace
}  // namespace mactiond::core
