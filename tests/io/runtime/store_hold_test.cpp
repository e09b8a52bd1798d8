#include "runtime/store_hold.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <utility>

#include "io/runtime/other_program.hpp"
#include "support/builders.hpp"
#include "unit/config/config_text.hpp"

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(StoreHold, KeepsWhatWasDecidedUntilItIsStored) {
  StoreHold hold;
  EXPECT_FALSE(hold.holds());
  EXPECT_FALSE(hold.refusal());
  core::Step step;
  step.writes.reread = {"eu"};
  hold.wait(std::move(step), test::kBoot);
  hold.set_commands({core::LoadOldest{{1}, "soc"}});
  EXPECT_TRUE(hold.holds());
  EXPECT_THAT(hold.refusal().value().where, HasSubstr("nothing was changed, try again"));
  core::Step again = hold.take();
  EXPECT_TRUE(hold.holds()) << "until it is released";
  EXPECT_EQ(again.writes.reread.size(), 1U);
  EXPECT_EQ(again.commands.size(), 1U);
  hold.wait(std::move(again), test::kBoot + 1s);
  EXPECT_EQ(hold.take().commands.size(), 1U);
  hold.release(test::kBoot + 2s);
  EXPECT_FALSE(hold.holds());
  EXPECT_FALSE(hold.refusal());
}

TEST(StoreHold, ALockIsTroubleAfterHalfAMinute) {
  StoreHold hold;
  hold.wait({}, test::kBoot);
  hold.wait(hold.take(), test::kBoot + 29s);
  EXPECT_FALSE(hold.trouble(test::kBoot + 29s));
  EXPECT_THAT(hold.trouble(test::kBoot + 30s), testing::Optional(HasSubstr("write lock")));
  hold.release(test::kBoot + 31s);
  hold.wait({}, test::kBoot + 40s);
  EXPECT_FALSE(hold.trouble(test::kBoot + 41s)) << "another lock";
}

TEST(StoreHold, AStoreThatWasTakenAwayIsNoticedOnceAndHoldsForGood) {
  config::TempDirectory directory;
  auto store = store::Store::open(directory.path());
  ASSERT_TRUE(store);
  StoreHold hold;
  EXPECT_FALSE(hold.look(*store, test::kBoot + 4s));
  ASSERT_EQ(std::remove((directory.path() + "/store.db").c_str()), 0);
  EXPECT_FALSE(hold.look(*store, test::kBoot + 7s)) << "not every turn";
  EXPECT_TRUE(hold.look(*store, test::kBoot + 8s));
  EXPECT_FALSE(hold.look(*store, test::kBoot + 12s));
  EXPECT_TRUE(hold.holds());
  EXPECT_TRUE(hold.is_gone());
  EXPECT_THAT(hold.refusal().value().where,
              HasSubstr("store.db was removed, replaced or overwritten"));
  EXPECT_EQ(hold.trouble(test::kBoot + 12s), hold.refusal().value().where);
}

TEST(StoreHold, ACommitIntoOtherContentIsNoticedAtOnceAndIsNoLock) {
  config::TempDirectory directory;
  auto store = store::Store::open(directory.path());
  ASSERT_TRUE(store);
  StoreHold hold;
  EXPECT_FALSE(hold.look(*store, test::kBoot + 4s));
  test::OtherProgram(directory.path()).run("UPDATE counter SET last_seq = 7");
  EXPECT_FALSE(store->commit({}));
  EXPECT_TRUE(hold.look(*store, test::kBoot + 5s)) << "it need not wait for its turn";
  hold.wait({}, test::kBoot + 5s);
  EXPECT_THAT(hold.refusal().value().where, HasSubstr("removed, replaced or overwritten"));
}

}  // namespace
}  // namespace mactiond::runtime
