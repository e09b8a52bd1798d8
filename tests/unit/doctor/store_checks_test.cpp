#include "doctor/store_checks.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mactiond::doctor {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1024} * 1024;
const Target kStore{"store"};

TEST(SpaceCheck, IsRedWhereLittleIsLeft) {
  EXPECT_EQ(space_check(kStore, Space{"/s", 100 * kMiB, 1000}).detail, "100 MiB are free in /s");
  EXPECT_FALSE(space_check(kStore, Space{"/s", 63 * kMiB, 1000}).ok);
  const Check full = space_check(kStore, Space{"/s", 0, 1000});
  EXPECT_EQ(full.detail, "the disk is full in /s");
  EXPECT_NE(full.remedy.find("remove files"), std::string::npos);
  EXPECT_FALSE(space_check(kStore, Space{"/s", 100 * kMiB, 0}).ok);
  EXPECT_TRUE(space_check(kStore, Space{"/s", 100 * kMiB, 0, false}).ok);
}

TEST(SpaceCheck, OfAMissingDirectorySaysSo) {
  const Check check = space_check(kStore, Error(Errc::PathNotUsable, "/s"));
  EXPECT_FALSE(check.ok);
  EXPECT_NE(check.remedy.find("create the directory"), std::string::npos);
}

TEST(StoreCheck, SaysWhatIsKnownOfItsContent) {
  EXPECT_EQ(store_check(StoreState{}).detail, "every row can be read");
  EXPECT_TRUE(store_check(StoreState{std::nullopt, false}).ok);
  EXPECT_FALSE(store_check(StoreState{"the store is locked", true}).ok);
}

TEST(StoreCheck, HasARemedyForEachError) {
  for (const Errc code : {Errc::StoreCorrupt, Errc::StoreTooNew, Errc::PathNotUsable}) {
    const Check check = store_check(Error(code, "/s/store.db"));
    EXPECT_FALSE(check.ok);
    EXPECT_FALSE(check.remedy.empty());
    EXPECT_NE(check.detail.find("/s/store.db"), std::string::npos);
  }
}

}  // namespace
}  // namespace mactiond::doctor
