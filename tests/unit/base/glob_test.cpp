#include "base/glob.hpp"

#include <gtest/gtest.h>

namespace mactiond {
namespace {

TEST(Glob, IgnoresLetterCase) {
  EXPECT_TRUE(glob_match("*@Contoso.com", "analyst@contoso.COM"));
  EXPECT_FALSE(glob_match("*@contoso.com", "analyst@example.com"));
}

TEST(Glob, TreatsASlashAsAnyCharacter) { EXPECT_TRUE(glob_match("a*c", "a/b/c")); }

TEST(Glob, MatchesTheWholeText) {
  EXPECT_FALSE(glob_match("srv-", "srv-01"));
  EXPECT_TRUE(glob_match("srv-??", "srv-01"));
}

TEST(Glob, KnowsWhichTextIsLiteral) {
  EXPECT_FALSE(is_glob("RunAntiVirusScan"));
  for (const char* pattern : {"Run*", "srv-?", "[ab]", "a\\*"}) {
    EXPECT_TRUE(is_glob(pattern)) << pattern;
  }
}

}  // namespace
}  // namespace mactiond
