#include "action/submission_comment.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mactiond {
namespace {

const std::string kId = "sub_0123456789abcdef";  // with its tag 23 characters

std::string mistake(std::string_view comment) {
  return mistake_in_comment(comment, kId).value_or("none");
}

std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

TEST(SubmissionComment, EndsWithItsTag) {
  EXPECT_EQ(tagged_comment("malware found", "sub_1"), "malware found [sub_1]");
  EXPECT_EQ(tagged_submission("malware found [sub_1]"), "sub_1");
  EXPECT_EQ(tagged_submission(tagged_comment("", kId)), kId);
}

TEST(SubmissionComment, OnlyTheTagAtItsEndCounts) {
  EXPECT_EQ(tagged_submission("again: malware [sub_1] [sub_2]"), "sub_2");
  EXPECT_EQ(tagged_submission("malware [sub_1] \r\n"), "sub_1");
  for (const char* comment :
       {"", "]", " []", "malware", "malware [sub_1] found", "malware[sub_1]", "malware [SUB_1]",
        "malware [sub_]", "malware [sub 1]", "malware [ma_1]", "malware [sub_1"}) {
    EXPECT_EQ(tagged_submission(comment), "") << comment;
  }
}

TEST(SubmissionComment, SaysSomething) {
  EXPECT_EQ(mistake("x"), "none");
  EXPECT_EQ(mistake("ein Verdacht, 日本 😀"), "none");
  EXPECT_EQ(mistake(""), "the comment is empty: say why");
  EXPECT_EQ(mistake("  "), "the comment is empty: say why");
}

TEST(SubmissionComment, IsOneLine) {
  for (const char* comment :
       {"a\nb", "a\r", "a\tb", "a\x1b[0m", "a\x7f", "a\xc2\x85", "a\xe2\x80\xa8z"}) {
    EXPECT_EQ(mistake(comment),
              "the comment has a control character or a line break: write it as one line");
  }
  EXPECT_EQ(mistake("a\xff"), "the comment is not valid UTF-8: correct it");
}

TEST(SubmissionComment, HasAThousandCharactersWithItsTag) {
  const int most = 1000 - static_cast<int>(kId.size()) - 3;
  EXPECT_EQ(mistake(repeated("x", most)), "none");
  EXPECT_EQ(mistake(repeated("é", most)), "none") << "characters, not bytes";
  EXPECT_EQ(mistake(repeated("x", most + 1)), "the comment has 978 characters: give at most 977");
  EXPECT_EQ(mistake(repeated("😀", 2000)), "the comment has 2000 characters: give at most 977");
}

}  // namespace
}  // namespace mactiond
