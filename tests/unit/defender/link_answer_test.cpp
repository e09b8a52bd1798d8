#include "defender/link_answer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mactiond::defender {
namespace {

std::string target_of(const std::string& body) {
  const auto link = parse_link(body);
  return link ? link->target : link.error().message();
}

std::string link_body(const std::string& value) { return R"({"value":")" + value + R"("})"; }

TEST(LinkAnswer, HasTheLink) {
  const auto link = parse_link(
      R"({"@odata.context":"https://h/api/$metadata#Edm.String",)"
      R"("value":"https://userrequests-us.securitycenter.windows.com:443/a.zip?token=x%2By"})");
  ASSERT_TRUE(link);
  EXPECT_EQ(link->host, "userrequests-us.securitycenter.windows.com");
  EXPECT_EQ(link->port, "443");
  EXPECT_EQ(link->target, "/a.zip?token=x%2By");
}

TEST(LinkAnswer, LosesOneSurroundingPairOfQuotes) {
  EXPECT_EQ(target_of(link_body(R"(\"https://h.example/a?t=1\")")), "/a?t=1");
  EXPECT_EQ(target_of(link_body(R"(\"\"https://h.example/a\"\")")), "not a usable URL");
  EXPECT_EQ(target_of(link_body(R"(\"https://h.example/a)")), "not a usable URL");
}

TEST(LinkAnswer, UndoesTheEntityOfTheAmpersandOnce) {
  EXPECT_EQ(target_of(link_body("https://h.example/a?se=1&amp;sp=r&amp;sig=x")),
            "/a?se=1&sp=r&sig=x");
  EXPECT_EQ(target_of(link_body("https://h.example/a?x=&amp;amp;")), "/a?x=&amp;");
}

TEST(LinkAnswer, IsHttpsOnly) {
  for (const char* value :
       {"http://h.example/a", "ftp://h.example/a", "file:///etc/passwd", "/a", "//h.example/a",
        "javascript:x", "https://u:p@h.example/a", "https://h.example/a b",
        "https://h.example/\\u0000", "https://h.example/\\r\\nX: y", "https:///a", "https://"}) {
    const auto link = parse_link(link_body(value));
    ASSERT_TRUE(link.has_error()) << value;
    EXPECT_EQ(link.error().code, Errc::InvalidUrl) << value;
    EXPECT_EQ(link.error().where, "") << "a link is never repeated";
  }
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
  EXPECT_EQ(target_of(link_body("https://h.example/" + std::string(70'000, 'x'))),
            "the answer is not the document that was asked for");
}

}  // namespace
}  // namespace mactiond::defender
