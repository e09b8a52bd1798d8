#include "json/object.hpp"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <string>

namespace mactiond {
namespace {

TEST(ParseObject, ReadsAnObject) {
  const auto object = parse_object(R"( {"a": "b"} )");
  ASSERT_TRUE(object);
  EXPECT_EQ(text_in(*object, "a"), "b");
}

TEST(ParseObject, SaysWhatIsWrong) {
  struct Row {
    const char* text;
    Errc code;
  };
  for (const Row& row :
       {Row{"", Errc::MalformedJson}, Row{"{", Errc::MalformedJson},
        Row{"{} x", Errc::MalformedJson}, Row{R"({"a":1,})", Errc::MalformedJson},
        Row{"[]", Errc::UnexpectedDocument}, Row{"null", Errc::UnexpectedDocument},
        Row{"\"{}\"", Errc::UnexpectedDocument}, Row{"1", Errc::UnexpectedDocument}}) {
    const auto object = parse_object(row.text);
    ASSERT_FALSE(object) << row.text;
    EXPECT_EQ(object.error().code, make_error_code(row.code)) << row.text;
    EXPECT_TRUE(object_or_empty(row.text).empty()) << row.text;
  }
}

TEST(ParseObject, KeepsToTheLimit) {
  const std::string text = R"({"a":1})";
  EXPECT_TRUE(parse_object(text, text.size()));
  const auto object = parse_object(text, text.size() - 1);
  ASSERT_FALSE(object);
  EXPECT_EQ(object.error().code, make_error_code(Errc::UnexpectedDocument));
}

struct Members : testing::Test {
  const boost::json::object object = object_or_empty(
      R"({"text":"t","empty":"","number":-7,"real":1.5,"huge":18446744073709551615,)"
      R"("yes":true,"no":false,"object":{"inner":"i"},"list":[1],"nothing":null})");
};

TEST_F(Members, AnEmptyTextIsNotAMissingOne) {
  EXPECT_EQ(find_text(object, "text"), "t");
  EXPECT_EQ(find_text(object, "empty"), "");
  for (const char* key : {"number", "yes", "object", "list", "nothing", "missing"}) {
    EXPECT_FALSE(find_text(object, key)) << key;
    EXPECT_EQ(text_in(object, key), "") << key;
  }
}

TEST_F(Members, ANumberIsAWholeOne) {
  EXPECT_EQ(number_in(object, "number"), -7);
  for (const char* key : {"real", "huge", "text", "yes", "nothing", "missing"}) {
    EXPECT_FALSE(number_in(object, key)) << key;
  }
}

TEST_F(Members, OnlyTrueIsTrue) {
  EXPECT_TRUE(is_true(object, "yes"));
  for (const char* key : {"no", "text", "number", "nothing", "missing"}) {
    EXPECT_FALSE(is_true(object, key)) << key;
  }
}

TEST_F(Members, ObjectsAndLists) {
  EXPECT_EQ(text_in(object_in(object, "object"), "inner"), "i");
  EXPECT_TRUE(object_in(object, "list").empty());
  EXPECT_TRUE(object_in(object, "missing").empty());
  ASSERT_NE(list_in(object, "list"), nullptr);
  EXPECT_EQ(list_in(object, "list")->size(), 1U);
  EXPECT_EQ(list_in(object, "object"), nullptr);
  EXPECT_EQ(list_in(object, "missing"), nullptr);
}

}  // namespace
}  // namespace mactiond
