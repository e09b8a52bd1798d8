#include "base/printable.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mactiond {
namespace {

const std::string kReplaced = "\xEF\xBF\xBD";

std::string utf8(char32_t code) {
  const auto byte = [](char32_t value) { return static_cast<char>(value); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xc0U | code >> 6U), byte(0x80U | (code & 0x3fU))};
  if (code < 0x10000) {
    return {byte(0xe0U | code >> 12U), byte(0x80U | (code >> 6U & 0x3fU)),
            byte(0x80U | (code & 0x3fU))};
  }
  return {byte(0xf0U | code >> 18U), byte(0x80U | (code >> 12U & 0x3fU)),
          byte(0x80U | (code >> 6U & 0x3fU)), byte(0x80U | (code & 0x3fU))};
}

TEST(Printable, LeavesOrdinaryTextOfAnyScriptAlone) {
  for (const std::string text : {"srv-web-01 Isolate", "für Ελλάδα דוגמה مثال 日本語",
                                 "a\xc2\xa0"
                                 "b",
                                 "\xf0\x9f\x94\xb4", "", "tab-less \"quotes\" \\"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, MakesABlankOfEveryControlAndLineSeparator) {
  std::vector<char32_t> controls = {0x7f, 0x2028, 0x2029};
  for (char32_t code = 0; code < 0x20; ++code) controls.push_back(code);
  for (char32_t code = 0x80; code < 0xa0; ++code) controls.push_back(code);
  for (const char32_t code : controls) {
    EXPECT_EQ(printable("a" + utf8(code) + "b"), "a b") << static_cast<unsigned>(code);
  }
}

TEST(Printable, ShowsThatAnInvisibleCharacterIsThere) {
  std::vector<char32_t> invisible = {0x61c, 0x200b, 0x200c, 0x200d, 0x200e,  0x200f,
                                     0xad,  0x180e, 0x2060, 0xfeff, 0xe0041, 0xfff9};
  for (char32_t code = 0x202a; code <= 0x202e; ++code) invisible.push_back(code);
  for (char32_t code = 0x2066; code <= 0x2069; ++code) invisible.push_back(code);
  for (const char32_t code : invisible) {
    EXPECT_EQ(printable("a" + utf8(code) + "b"), "a" + kReplaced + "b")
        << static_cast<unsigned>(code);
  }
}

TEST(Printable, ReplacesEachByteThatIsNotUtf8) {
  EXPECT_EQ(printable("a\xff\xc2"), "a" + kReplaced + kReplaced);
  EXPECT_EQ(printable("\xe2\x80"), kReplaced + kReplaced);
  EXPECT_EQ(printable("\xed\xa0\x80"), kReplaced + kReplaced + kReplaced);
  // C1 bytes outside UTF-8, as a Latin-1 terminal would obey them.
  EXPECT_EQ(printable("\x9b"
                      "31m"),
            kReplaced + "31m");
}

TEST(Printable, KeepsLinesOnlyWhereAsked) {
  EXPECT_EQ(printable("a\nb\r\n"), "a b  ");
  EXPECT_EQ(printable_lines("a\nb\r\n\x1b[31m"), "a\nb \n [31m");
  EXPECT_EQ(printable_lines("a\xe2\x80\xa8"
                            "b"),
            "a b");
}

TEST(Printable, JsonKeepsItsMeaning) {
  EXPECT_EQ(printable_json("{\"a\":\"\\u001b\\n\"}\n"), "{\"a\":\"\\u001b\\n\"}\n");
  EXPECT_EQ(printable_json(utf8(0x9b) + utf8(0x202e) + "\x7f"), "\\u009b\\u202e\\u007f");
  EXPECT_EQ(printable_json(utf8(0xe0041)), "\\udb40\\udc41");
  EXPECT_EQ(printable_toml(utf8(0x202e) + utf8(0xe0041)), "\\u202e\\U000e0041");
  EXPECT_EQ(printable_json("\xff\xc3\xa4"), kReplaced + "\xc3\xa4");
}

TEST(Controls, AreFoundWhereverTheyAre) {
  for (const char32_t code :
       {0x01U, 0x09U, 0x0aU, 0x0dU, 0x1fU, 0x7fU, 0x80U, 0x85U, 0x9fU, 0x2028U, 0x2029U}) {
    EXPECT_TRUE(has_controls("a" + utf8(code) + "b")) << static_cast<unsigned>(code);
    EXPECT_TRUE(has_controls(utf8(code))) << static_cast<unsigned>(code);
  }
  EXPECT_TRUE(has_controls(std::string_view("a\0", 2)));
  for (const char* text : {"", "a b", "ä", "\xc2\xa0", "x\xff", "\x80", "日本"}) {
    EXPECT_FALSE(has_controls(text)) << text;
  }
}

TEST(BlankEnds, AreFoundOnBothSidesAndOfEveryKind) {
  for (const char32_t code : {0x20U, 0x09U, 0x0aU, 0x0dU, 0xa0U, 0x2003U, 0x3000U, 0x200bU, 0xfeffU,
                              0x2028U, 0x85U, 0x202eU}) {
    EXPECT_TRUE(has_blank_ends(utf8(code) + "secret")) << static_cast<unsigned>(code);
    EXPECT_TRUE(has_blank_ends("secret" + utf8(code))) << static_cast<unsigned>(code);
    EXPECT_FALSE(has_blank_ends("sec" + utf8(code) + "ret")) << static_cast<unsigned>(code);
  }
  for (const char* text : {"", "secret", "ä", "sécré\xff", "\x80"}) {
    EXPECT_FALSE(has_blank_ends(text)) << text;
  }
}

}  // namespace
}  // namespace mactiond
