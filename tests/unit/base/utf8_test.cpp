#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace mactiond {
namespace {

TEST(CutUtf8, KeepsWholeCharacters) {
  EXPECT_EQ(cut_utf8("abc", 3), "abc");
  EXPECT_EQ(cut_utf8("abcd", 3), "abc");
  EXPECT_EQ(cut_utf8("aé", 2), "a");
  EXPECT_EQ(cut_utf8("aé", 3), "aé");
  EXPECT_EQ(cut_utf8("😀", 3), "");
  EXPECT_EQ(cut_utf8("", 0), "");
}

TEST(IsUtf8, TakesWellFormedTextOnly) {
  EXPECT_TRUE(is_utf8("aé😀"));
  for (const char* const text : {"\xc3", "\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80"}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

TEST(CountCharacters, CountsCodePoints) {
  EXPECT_EQ(count_characters(""), 0U);
  EXPECT_EQ(count_characters("aé😀"), 3U);
}

TEST(RepairUtf8, ReplacesEachByteThatBelongsToNoCharacter) {
  EXPECT_EQ(repair_utf8("a\xff\xc3z"), "a\xEF\xBF\xBD\xEF\xBF\xBDz");
  EXPECT_EQ(repair_utf8("é"), "é");
}

}  // namespace
}  // namespace mactiond
