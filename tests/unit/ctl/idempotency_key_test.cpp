#include "ctl/idempotency_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace mactiond::ctl {
namespace {

TEST(IdempotencyKey, IsNeverTheSameTwice) {
  const std::string key = random_key();
  EXPECT_NE(key, random_key());
  EXPECT_EQ(mistake_in_key(key), std::nullopt);
  EXPECT_THAT(key, testing::MatchesRegex("mactionctl-[0-9a-f]+"));
  EXPECT_EQ(key.size(), 11U + 32U);
}

TEST(IdempotencyKey, OfAMachineIsTheSameEachTime) {
  EXPECT_EQ(key_for("k", "srv-1"), key_for("k", "SRV-1"));
  EXPECT_NE(key_for("k", "srv-1"), key_for("k", "srv-2"));
  EXPECT_NE(key_for("k", "srv-1"), key_for("l", "srv-1"));
  EXPECT_EQ(key_for("k", "srv-1"), "k-7ad3237896c0bc94") << "of every version";
}

TEST(IdempotencyKey, FitsAHeader) {
  EXPECT_EQ(mistake_in_key("ticket-4711/a"), std::nullopt);
  for (const std::string& key : {std::string(), std::string(101, 'k'), std::string("a b"),
                                 std::string("a\r\nX: y"), std::string("k\xc3\xa4")}) {
    EXPECT_TRUE(mistake_in_key(key)) << key;
  }
}

}  // namespace
}  // namespace mactiond::ctl
