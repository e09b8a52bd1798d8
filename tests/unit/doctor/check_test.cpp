#include "doctor/check.hpp"

#include <gtest/gtest.h>

#include "json/object.hpp"

namespace mactiond::doctor {
namespace {

Checks two() {
  return {Target{"region", "eu"}.good("token", "valid for 59 min"),
          Target{"store"}.bad("space", "the disk is full", "remove files")};
}

TEST(Check, IsALineWithItsRemedy) {
  EXPECT_EQ(format(two(), false),
            "[+] region eu: token: valid for 59 min\n"
            "[-] store: space: the disk is full -> remove files\n"
            "2 checks, 1 not ok\n");
}

TEST(Check, IsGreenOrRedOnATerminal) {
  const std::string text = format(two(), true);
  EXPECT_NE(text.find("\x1b[32m[+]\x1b[0m region eu"), std::string::npos) << text;
  EXPECT_NE(text.find("\x1b[31m[-]\x1b[0m store"), std::string::npos) << text;
}

TEST(Check, ShowsNoControlCharactersOfAServer) {
  const Checks checks{Target{"region", "eu"}.bad("tls", "issuer\x1b[2J\nx", "")};
  const std::string text = format(checks, false);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text, "[-] region eu: tls: issuer [2J x\n1 checks, 1 not ok\n");
}

TEST(Check, SurvivesItsJson) {
  const auto report = parse_object(to_json(two()));
  ASSERT_TRUE(report);
  EXPECT_FALSE(is_true(*report, "ok"));
  EXPECT_EQ(from_json(*report), two());
}

TEST(Check, OfAForeignReportIsNotOk) {
  const auto report = parse_object(R"({"checks":[{"target":"x"},3]})");
  const Checks checks = from_json(*report);
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_FALSE(checks[0].ok);
  EXPECT_TRUE(from_json(*parse_object("{}")).empty());
}

TEST(Check, AllOkWhereEachIs) {
  Checks checks = two();
  EXPECT_FALSE(all_ok(checks));
  checks.pop_back();
  EXPECT_TRUE(all_ok(checks));
  EXPECT_EQ(to_json({}), R"({"ok":true,"checks":[]})");
}

TEST(Advice, IsBehindASeparator) {
  EXPECT_EQ(split_at_last("a; b; c", "; ").fault, "a; b");
  EXPECT_EQ(split_at_last("a; b; c", "; ").remedy, "c");
  EXPECT_EQ(split_at_first("a; b; c", "; ").fault, "a");
  EXPECT_EQ(split_at_first("a; b; c", "; ").remedy, "b; c");
  EXPECT_EQ(split_at_first("a", "; ").fault, "a");
  EXPECT_TRUE(split_at_last("a", "; ").remedy.empty());
}

}  // namespace
}  // namespace mactiond::doctor
