#include "core/batch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>

#include "support/batch_members.hpp"

namespace mactiond::core {
namespace {

TEST(Batch, IsEmptyUntilAnyMemberIsFilled) {
  EXPECT_TRUE(Batch().empty());
  for (std::size_t place = 0; place < test::kBatchMembers; ++place) {
    EXPECT_FALSE(test::batch_with(place).empty()) << "member " << place;
  }
}

TEST(Batch, HoldsOnlyEndsUntilAnotherMemberIsFilled) {
  EXPECT_TRUE(Batch().holds_only_ends());
  for (std::size_t place = 0; place < test::kBatchMembers; ++place) {
    const Batch batch = test::batch_with(place);
    EXPECT_EQ(batch.holds_only_ends(), !batch.ends.empty()) << "member " << place;
  }
}

TEST(Batch, HasOneFilledMemberPerPlaceInTheseTests) {
  for (std::size_t place = 0; place < test::kBatchMembers; ++place) {
    const auto filled = test::filled(test::batch_with(place));
    EXPECT_EQ(std::count(filled.begin(), filled.end(), true), 1) << "member " << place;
    EXPECT_TRUE(filled.at(place));
  }
}

}  // namespace
}  // namespace mactiond::core
