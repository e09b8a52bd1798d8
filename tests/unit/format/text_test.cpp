#include "format/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace mactiond::format {
namespace {

using namespace std::chrono_literals;

TEST(Clip, LeavesShortTextAlone) {
  EXPECT_EQ(clip("abc", 3), "abc");
  EXPECT_EQ(clip("", 0), "");
}

TEST(Clip, CutsAtAWholeCharacterAndShowsIt) {
  EXPECT_EQ(clip("abcdefgh", 6), "abc\u2026");
  EXPECT_EQ(clip("ab\u20acdefgh", 7), "ab\u2026");
  for (std::size_t bytes = 3; bytes < 40; ++bytes) {
    EXPECT_LE(clip(std::string(50, 'x') + "\U0001F9A0", bytes).size(), bytes);
  }
}

TEST(ClipLine, IsOneLine) { EXPECT_EQ(clip_line("a\nb\tc\x7f", 9), "a b c "); }

TEST(DurationWords, AreTheTwoLargestUnits) {
  const std::vector<std::pair<Duration, std::string>> rows{
      {-5s, "0 s"},   {0s, "0 s"},         {59s, "59 s"},
      {60s, "1 min"}, {90s, "1 min 30 s"}, {2h + 14min + 9s, "2 h 14 min"},
      {3h, "3 h"},    {24h * 3, "3 d"},    {24h * 3 + 1h + 59min, "3 d 1 h"},
  };
  for (const auto& [duration, text] : rows) EXPECT_EQ(duration_words(duration), text);
}

TEST(HresultText, IsHexadecimal) {
  EXPECT_EQ(hresult_text(-2145844840), "0x80190198");
  EXPECT_EQ(hresult_text(1), "0x00000001");
}

}  // namespace
}  // namespace mactiond::format
