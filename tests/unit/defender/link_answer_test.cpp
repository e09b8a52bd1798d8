#include "defender/link_answer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mactiond::defender {
namespace {

std::string text_of(const std::string& body) {
  const auto link = parse_link(body);
  return link ? link->reveal() : link.error().message();
}

std::string link_body(const std::string& value) { return R"({"value":")" + value + R"("})"; }

TEST(LinkAnswer, HasTheLink) {
  EXPECT_EQ(
      text_of(
          R"({"@odata.context":"https://h/api/$metadata#Edm.String",)"
          R"("value":"https://userrequests-us.securitycenter.windows.com:443/a.zip?token=x%2By"})"),
      "https://userrequests-us.securitycenter.windows.com:443/a.zip?token=x%2By");
}

TEST(LinkAnswer, LosesOneSurroundingPairOfQuotes) {
  EXPECT_EQ(text_of(link_body(R"(\"https://h.example/a?t=1\")")), "https://h.example/a?t=1");
  EXPECT_EQ(text_of(link_body(R"(\"\"https://h.example/a\"\")")), R"("https://h.example/a")");
  EXPECT_EQ(text_of(link_body(R"(\"https://h.example/a)")), R"("https://h.example/a)");
}

TEST(LinkAnswer, UndoesTheEntityOfTheAmpersandOnce) {
  EXPECT_EQ(text_of(link_body("https://h.example/a?se=1&amp;sp=r&amp;sig=x")),
            "https://h.example/a?se=1&sp=r&sig=x");
  EXPECT_EQ(text_of(link_body("https://h.example/a?x=&amp;amp;")), "https://h.example/a?x=&amp;");
}

TEST(LinkAnswer, MustBeThere) {
  for (const char* body : {"{}", R"({"value":null})", R"({"value":""})", R"({"value":"\"\""})",
                           R"({"value":["https://h.example/"]})", R"({"value":7})", "[]", "null"}) {
    const auto link = parse_link(body);
    ASSERT_TRUE(link.has_error()) << body;
    EXPECT_EQ(link.error().code, Errc::UnexpectedDocument) << body;
  }
  for (const char* body :
       {"", "<html>", R"({"value":"https://h.example/)", "{\"value\":\"\xff\"}"}) {
    const auto link = parse_link(body);
    ASSERT_TRUE(link.has_error()) << body;
    EXPECT_EQ(link.error().code, Errc::MalformedJson) << body;
  }
  EXPECT_EQ(text_of(link_body("https://h.example/" + std::string(70'000, 'x'))),
            "the answer is not the document that was asked for");
}

}  // namespace
}  // namespace mactiond::defender
