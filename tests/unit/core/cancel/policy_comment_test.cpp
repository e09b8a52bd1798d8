#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

#include "core/cancel/policy.hpp"
#include "unit/core/cancel/policy_text.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

const ActionId kId{"5382f7ea"};

std::string rendered(const std::string& comment, const ActionFacts& facts = scan()) {
  PolicyOptions policy = stale_scans();
  policy.comment = comment;
  return render_comment(policy, kId, facts, 6h + 5min);
}

TEST(Comment, ByDefaultSaysWhoAndWhy) {
  EXPECT_EQ(rendered(PolicyOptions().comment),
            "Cancelled by mactiond (stale-scans): Pending for 6h 5m");
}

TEST(Comment, FillsEachPlaceholder) {
  EXPECT_EQ(rendered("{policy}|{status}|{age}|{type}|{computer}|{action_id}"),
            "stale-scans|Pending|6h 5m|RunAntiVirusScan|srv-01.contoso.com|5382f7ea");
}

TEST(Comment, NamesTheMachineWhereTheComputerHasNoName) {
  ActionFacts facts = scan();
  facts.computer_dns_name.clear();
  EXPECT_EQ(rendered("{computer}", facts), "0123456789abcdef");
  facts.machine_id.clear();
  EXPECT_EQ(rendered("{computer}", facts), "an unnamed computer");
}

TEST(Comment, InsertsBracesOfTheActionAsTheyAre) {
  ActionFacts facts = scan();
  facts.computer_dns_name = "{policy}";
  EXPECT_EQ(rendered("on {computer}{", facts), "on {policy}{");
}

TEST(Comment, IsOneLine) {
  ActionFacts facts = scan();
  facts.computer_dns_name = "a\r\n\tb\x7f\0\u0085\u2028\u2029z"sv;
  EXPECT_EQ(rendered("  \n{computer}\n ", facts), "a b z");
}

TEST(Comment, IsNeverEmpty) {
  EXPECT_EQ(rendered(""), "Cancelled by mactiond");
  EXPECT_EQ(rendered(" \n\u2028"), "Cancelled by mactiond");
}

TEST(Comment, IsValidUtf8) {
  ActionFacts facts = scan();
  facts.computer_dns_name = "a\xff\xe2\x82\x62";
  EXPECT_EQ(rendered("{computer}", facts), "a\ufffd\ufffd\ufffd\x62");
}

TEST(Comment, IsCutBeforeTheCharacterThatIsTooMuch) {
  EXPECT_EQ(rendered(std::string(2000, 'x')), std::string(kCommentMax, 'x'));
  const std::string almost(kCommentMax - 1, 'x');
  EXPECT_EQ(rendered(almost + "\u00e4rger"), almost);
  EXPECT_EQ(rendered(almost.substr(1) + "\u00e4rger"), almost.substr(1) + "\u00e4");
  EXPECT_EQ(rendered(almost + " rest"), almost);
}

TEST(CommentMistake, IsNoneInARightTemplate) {
  EXPECT_EQ(comment_mistake(PolicyOptions().comment), std::nullopt);
  EXPECT_EQ(comment_mistake("plain } text"), std::nullopt);
}

TEST(CommentMistake, NamesWhatIsWrong) {
  const std::string known = "; there are {policy} {status} {age} {type} {computer} {action_id}";
  EXPECT_EQ(comment_mistake("{age} {stauts}"), "unknown placeholder {stauts}" + known);
  EXPECT_EQ(comment_mistake("{}"), "unknown placeholder {}" + known);
  EXPECT_EQ(comment_mistake("{ age}"), "unknown placeholder { age}" + known);
  EXPECT_EQ(comment_mistake("{age} {status"), "a { without its }");
  EXPECT_NE(comment_mistake(""), std::nullopt);
  EXPECT_NE(comment_mistake("\t \n"), std::nullopt);
}

TEST(AgeText, HasTheTwoLargestUnits) {
  EXPECT_EQ(age_text(-1h), "0s");
  EXPECT_EQ(age_text(0s), "0s");
  EXPECT_EQ(age_text(59s + 999ms), "59s");
  EXPECT_EQ(age_text(60s), "1m");
  EXPECT_EQ(age_text(59min + 59s), "59m");
  EXPECT_EQ(age_text(1h + 59s), "1h");
  EXPECT_EQ(age_text(6h + 5min), "6h 5m");
  EXPECT_EQ(age_text(24h + 59min), "1d");
  EXPECT_EQ(age_text(27h), "1d 3h");
}

}  // namespace
}  // namespace mactiond::core
