#include "base/json_text.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace mactiond {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonString, EscapesWhatJsonAsksFor) {
  EXPECT_EQ(quoted("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(quoted("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(quoted(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
}

TEST(JsonString, KeepsWellFormedUtf8) {
  EXPECT_EQ(quoted("ä€𝄞\u07ff\u0800\uffff"), "\"ä€𝄞\u07ff\u0800\uffff\"");
}

TEST(JsonString, ReplacesEveryMalformedByte) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(quoted("a\x80z"), "\"a" + bad + "z\"");
  EXPECT_EQ(quoted("\xC3"), '"' + bad + '"');
  EXPECT_EQ(quoted("\xC0\xAF"), '"' + bad + bad + '"');
  EXPECT_EQ(quoted("\xED\xA0\x80"), '"' + bad + bad + bad + '"');
  EXPECT_EQ(quoted("\xF4\x90\x80\x80"), '"' + bad + bad + bad + bad + '"');
  EXPECT_EQ(quoted("\xE2\x82z"), '"' + bad + bad + "z\"");
  EXPECT_EQ(quoted("\xE0\x80\x80"), '"' + bad + bad + bad + '"');
  EXPECT_EQ(quoted("\xF0\x8F\xBF\xBF"), '"' + bad + bad + bad + bad + '"');
  EXPECT_EQ(quoted("\xFF"), '"' + bad + '"');
}

TEST(JsonMembers, KeepsTheOrderOfAdding) {
  JsonMembers members;
  members.add("from", std::optional<std::string>())
      .add("to", "Pending")
      .add("lag_ms", std::int64_t{-1240})
      .add("correction", true)
      .add_raw("list", "[1,2]")
      .add("k\"ey", std::optional<std::string>("v"));
  EXPECT_EQ(members.text(),
            R"("from":null,"to":"Pending","lag_ms":-1240,"correction":true,"list":[1,2],)"
            R"("k\"ey":"v")");
}

TEST(JsonMembers, IsEmptyWithoutMembers) {
  EXPECT_TRUE(JsonMembers().empty());
  EXPECT_EQ(JsonMembers().text(), "");
}

}  // namespace
}  // namespace mactiond
