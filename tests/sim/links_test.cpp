#include "sim/links.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace mactiond::sim {
namespace {

using std::chrono::minutes;

constexpr WallTime kNow{std::chrono::sys_days(std::chrono::year(2026) / 11 / 20)};

TEST(LinkBook, OpensALinkUntilItExpires) {
  LinkBook book(1);
  const std::string token = book.issue({Artifact::Kind::ScriptOutput, "a.ps1"}, kNow + minutes(30));
  const auto artifact = book.open(token, false, kNow + minutes(29));
  ASSERT_TRUE(artifact);
  EXPECT_EQ(artifact->name, "a.ps1");
  EXPECT_EQ(book.open(token, false, kNow + minutes(30)).error().status, 403);
  EXPECT_EQ(book.open("another", false, kNow).error().status, 403);
}

TEST(LinkBook, TakesNoBearerToken) {
  LinkBook book(1);
  const std::string token = book.issue({}, kNow + minutes(30));
  EXPECT_EQ(book.open(token, true, kNow).error().status, 400);
}

TEST(LinkBook, GivesEachLinkATokenOfItsOwn) {
  LinkBook book(1);
  EXPECT_NE(book.issue({}, kNow), book.issue({}, kNow));
}

TEST(ByteRange, PicksOnePart) {
  struct Row {
    const char* header;
    ByteRange::Kind kind;
    std::size_t first;
    std::size_t length;
  };
  using Kind = ByteRange::Kind;
  for (const Row& row : {Row{"bytes=0-0", Kind::Part, 0, 1}, Row{"bytes=4-", Kind::Part, 4, 6},
                         Row{"bytes=4-99", Kind::Part, 4, 6}, Row{"bytes=-3", Kind::Part, 7, 3},
                         Row{"bytes=-99", Kind::Part, 0, 10}, Row{"bytes=10-", Kind::None, 0, 0},
                         Row{"bytes=-0", Kind::None, 0, 0}, Row{"bytes=5-4", Kind::Whole, 0, 0},
                         Row{"bytes=0-1,4-5", Kind::Whole, 0, 0}, Row{"bytes=", Kind::Whole, 0, 0},
                         Row{"bytes=-", Kind::Whole, 0, 0}, Row{"lines=1-2", Kind::Whole, 0, 0},
                         Row{"bytes=a-2", Kind::Whole, 0, 0}}) {
    SCOPED_TRACE(row.header);
    const ByteRange range = pick_range(row.header, 10);
    EXPECT_EQ(range.kind, row.kind);
    EXPECT_EQ(range.first, row.first);
    EXPECT_EQ(range.length, row.length);
  }
  EXPECT_EQ(pick_range(std::nullopt, 10).kind, ByteRange::Kind::Whole);
}

}  // namespace
}  // namespace mactiond::sim
