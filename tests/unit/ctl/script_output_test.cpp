#include "ctl/script_output.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mactiond::ctl {
namespace {

std::string shown(const std::string& document) {
  const auto output = parse_script_output(document);
  return output ? format_script_output(*output) : "no script output";
}

TEST(CtlScriptOutput, IsShownDecoded) {
  EXPECT_EQ(shown(R"({"script_name":"a.ps1","exit_code":3,"script_output":"one\r\ntwo\n",)"
                  R"("script_errors":"bad"})"),
            "script     a.ps1\nexit code  3\noutput:\none\ntwo\nerrors:\nbad\n");
}

TEST(CtlScriptOutput, LeavesOutWhatIsEmpty) {
  EXPECT_EQ(shown(R"({"script_name":"a.ps1","exit_code":0,"script_output":"",)"
                  R"("script_errors":null})"),
            "script     a.ps1\nexit code  0\n");
  EXPECT_EQ(shown(R"({"script_output":"x","exit_code":"0"})"),
            "script     \nexit code  0\noutput:\nx\n");
}

TEST(CtlScriptOutput, HasNoNuls) {
  std::string document = R"({"script_name":"a","exit_code":0,"script_output":"d\u0000one)";
  document += '\0';
  document += R"("})";
  EXPECT_EQ(shown(document), "script     a\nexit code  0\noutput:\ndone\n");
}

TEST(CtlScriptOutput, NeverReachesTheTerminalRaw) {
  EXPECT_EQ(shown(R"({"script_name":"\u001b[2J","exit_code":0,)"
                  R"("script_output":"a\u001b]0;x\u0007b\tc\u202ed"})"),
            "script      [2J\nexit code  0\noutput:\na ]0;x b c\xEF\xBF\xBD"
            "d\n");
}

TEST(CtlScriptOutput, MayHaveAMarkOrBrokenBytes) {
  EXPECT_EQ(shown("\xEF\xBB\xBF{\"script_output\":\"a\xff\",\"exit_code\":0}"),
            "script     \nexit code  0\noutput:\na\xEF\xBF\xBD\n");
}

TEST(CtlScriptOutput, IsADocumentOfItsOwnForm) {
  for (const char* document : {"", "[]", "{}", R"({"a":1})", "PK", R"({"script_output":)"}) {
    EXPECT_EQ(shown(document), "no script output") << document;
  }
}

TEST(CtlScriptOutput, IsJsonAgain) {
  const auto output = parse_script_output(R"({"script_output":"a","exit_code":0})");
  ASSERT_TRUE(output);
  EXPECT_EQ(serialize_script_output(*output), R"({"script_output":"a","exit_code":0})");
}

}  // namespace
}  // namespace mactiond::ctl
