#include "base/glob.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>

namespace mactiond {
namespace {

using namespace std::string_view_literals;

TEST(Glob, IgnoresLetterCase) {
  EXPECT_TRUE(glob_match("*@Contoso.com", "analyst@contoso.COM"));
  EXPECT_FALSE(glob_match("*@contoso.com", "analyst@example.com"));
}

TEST(Glob, TreatsASlashAsAnyCharacter) { EXPECT_TRUE(glob_match("a*c", "a/b/c")); }

TEST(Glob, MatchesTheWholeText) {
  EXPECT_FALSE(glob_match("srv-", "srv-01"));
  EXPECT_FALSE(glob_match("rv-??", "srv-01"));
  EXPECT_TRUE(glob_match("srv-??", "srv-01"));
  EXPECT_FALSE(glob_match("srv-???", "srv-01"));
}

TEST(Glob, AStarTakesAnyText) {
  EXPECT_TRUE(glob_match("a*", "a"));
  EXPECT_TRUE(glob_match("*a*b*", "xxaxxaxxb"));
  EXPECT_TRUE(glob_match("**ab", "aab"));
  EXPECT_FALSE(glob_match("*a*b", "xxaxxbx"));
  EXPECT_TRUE(glob_match("*", ""));
  EXPECT_FALSE(glob_match("?*", ""));
}

TEST(Glob, WidensAStarUntilTheRestFits) {
  EXPECT_TRUE(glob_match("*aab", "aaaab"));
  EXPECT_TRUE(glob_match("*ab?c", "abxabxc"));
  EXPECT_FALSE(glob_match("*ab?c", "abxxabx"));
}

TEST(Glob, HasNoOtherSpecialCharacter) {
  EXPECT_TRUE(glob_match("[ab]\\", "[AB]\\"));
  EXPECT_FALSE(glob_match("[ab]", "a"));
  EXPECT_FALSE(glob_match("\\*", "*"));
}

TEST(Glob, SeesAQuestionMarkAsOneCharacter) {
  EXPECT_TRUE(glob_match("b?r", "b\u00e4r"));
  EXPECT_FALSE(glob_match("b??r", "b\u00e4r"));
  EXPECT_TRUE(glob_match("*?", "\U0001F600"));
  EXPECT_FALSE(glob_match("*??", "\U0001F600"));
}

TEST(Glob, TakesABrokenByteForACharacter) {
  EXPECT_TRUE(glob_match("a?b",
                         "a\xff"
                         "b"));
  EXPECT_TRUE(glob_match("a?b",
                         "a\xc3"
                         "b"));
  EXPECT_TRUE(glob_match("*b",
                         "\xe2\x82"
                         "b"));
}

TEST(Glob, ContinuesBehindANewlineAndANul) {
  EXPECT_TRUE(glob_match("a*z", "a\n\r\n.z"));
  EXPECT_TRUE(glob_match("a?z", "a\0z"sv));
  EXPECT_FALSE(glob_match("a", "a\0z"sv));
  EXPECT_FALSE(glob_match("a*y", "a\0z"sv));
}

// Each star tried at each place would take longer than the universe has.
TEST(Glob, IsNotSlowWithManyStars) {
  std::string pattern;
  for (int i = 0; i < 80; ++i) pattern += "a*";
  EXPECT_FALSE(glob_match(pattern + "b", std::string(20'000, 'a')));
}

TEST(Glob, KnowsWhichTextIsLiteral) {
  for (const char* pattern : {"RunAntiVirusScan", "[ab]", "a\\b", ""}) {
    EXPECT_FALSE(is_glob(pattern)) << pattern;
  }
  for (const char* pattern : {"Run*", "srv-?", "a\\*"}) {
    EXPECT_TRUE(is_glob(pattern)) << pattern;
  }
}

TEST(Glob, CoversANarrowerOne) {
  EXPECT_TRUE(glob_covers("*", "*"));
  EXPECT_TRUE(glob_covers("**", "a?*"));
  EXPECT_TRUE(glob_covers("srv-*", "SRV-0?"));
  EXPECT_TRUE(glob_covers("*scan*", "RunAntiVirusScan"));
  EXPECT_TRUE(glob_covers("?b", "?b"));
  EXPECT_FALSE(glob_covers("srv-01", "srv-*"));
  EXPECT_FALSE(glob_covers("?*", "*"));
  EXPECT_FALSE(glob_covers("a?", "a*"));
  EXPECT_FALSE(glob_covers("*a*", "*b*"));
}

TEST(Glob, OnlyStarsFitEverything) {
  EXPECT_TRUE(Glob("*").fits_everything());
  EXPECT_TRUE(Glob("**").fits_everything());
  for (const char* pattern : {"", "?*", "*a", "a"}) {
    EXPECT_FALSE(Glob(pattern).fits_everything()) << pattern;
  }
}

// The definition, at the cost of trying everything.
bool fits(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  const std::string_view rest = pattern.substr(1);
  if (pattern[0] == '*')
    return fits(rest, text) || (!text.empty() && fits(pattern, text.substr(1)));
  if (text.empty()) return false;
  return (pattern[0] == '?' || pattern[0] == text[0]) && fits(rest, text.substr(1));
}

RC_GTEST_PROP(Glob, AgreesWithTheDefinition, ()) {
  const auto pattern =
      *rc::gen::resize(8, rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab*?"))));
  const auto text =
      *rc::gen::resize(12, rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab"))));
  RC_ASSERT(glob_match(pattern, text) == fits(pattern, text));
  RC_ASSERT(Glob(pattern).matches(text) == fits(pattern, text));
}

// What the narrow one fits must fit one that covers it.
RC_GTEST_PROP(Glob, CoversNothingThatDoesNotFit, ()) {
  const auto globs = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab*?")));
  const auto texts = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab")));
  const auto wide = *rc::gen::resize(4, globs);
  const auto narrow = *rc::gen::resize(4, globs);
  const auto text = *rc::gen::resize(5, texts);
  if (glob_covers(wide, narrow) && fits(narrow, text)) RC_ASSERT(fits(wide, text));
}

}  // namespace
}  // namespace mactiond
