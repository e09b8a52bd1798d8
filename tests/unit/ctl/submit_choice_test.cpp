#include "ctl/submit_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <string>

namespace mactiond::ctl {
namespace {

using testing::HasSubstr;

SubmitChoice a_scan() {
  SubmitChoice choice;
  choice.request = RunScan{};
  choice.machine = "srv-1";
  choice.comment = "looks odd";
  return choice;
}

/// Of a scan that change has changed.
template <class Change>
std::string mistake(Change change) {
  SubmitChoice choice = a_scan();
  change(choice);
  return mistake_in(choice).value_or("none");
}

std::string body(const SubmitChoice& choice, const std::string& machine = "srv-1",
                 const std::string& by = "") {
  return boost::json::serialize(submission_body(choice, machine, by));
}

TEST(SubmitChoice, IsFineWithMachineAndComment) {
  EXPECT_EQ(mistake([](auto&) {}), "none");
  EXPECT_EQ(mistake([](auto& choice) {
              choice.machine.clear();
              choice.alert = "da637472900382838869_1364969609";
              choice.wait.text = "true";
              choice.after_blocker.text = "90m";
              choice.key = "k";
            }),
            "none");
}

TEST(SubmitChoice, NamesOneTarget) {
  EXPECT_THAT(mistake([](auto& choice) { choice.machine.clear(); }),
              HasSubstr("give MACHINE, --alert ID or --machines FILE"));
  EXPECT_THAT(mistake([](auto& choice) { choice.alert = "da1"; }), HasSubstr("give one of"));
  EXPECT_THAT(mistake([](auto& choice) { choice.machines_file = "f"; }), HasSubstr("give one of"));
  EXPECT_THAT(mistake([](auto& choice) { choice.machine = "srv 1"; }),
              HasSubstr("\"srv 1\" is neither the name nor the id of a machine"));
  EXPECT_THAT(mistake([](auto& choice) {
                choice.machine.clear();
                choice.alert = "a/b";
              }),
              HasSubstr("\"a/b\" is no alert's id"));
}

TEST(SubmitChoice, HasACommentOfOneLine) {
  EXPECT_THAT(mistake([](auto& choice) { choice.comment.clear(); }),
              HasSubstr("say why with --comment TEXT"));
  EXPECT_THAT(mistake([](auto& choice) { choice.comment = std::string(2000, 'x'); }),
              HasSubstr("2000 characters: give at most 961"));
  EXPECT_THAT(mistake([](auto& choice) { choice.comment = "one\ntwo"; }),
              HasSubstr("line break: write it as one line"));
}

TEST(SubmitChoice, HasWhatItsRequestNeeds) {
  EXPECT_THAT(mistake([](auto& choice) { choice.request = QuarantineFile{}; }),
              HasSubstr("give --sha1 HEX"));
  EXPECT_THAT(mistake([](auto& choice) { choice.request = QuarantineFile{std::string(64, 'a')}; }),
              HasSubstr("as a SHA-256 has: give the file's SHA-1"));
  EXPECT_THAT(mistake([](auto& choice) { choice.request = LiveResponse{}; }),
              HasSubstr("give --put FILE, --run SCRIPT or --get PATH"));
  using Kind = LiveResponseCommand::Kind;
  EXPECT_THAT(mistake([](auto& choice) {
                choice.request =
                    LiveResponse{{{Kind::GetFile, "c:\\x", ""}, {Kind::RunScript, "a.ps1", ""}}};
              }),
              HasSubstr("give all PutFile first, then all RunScript, then all GetFile"));
}

TEST(SubmitChoice, OffboardsOnlyIfThatIsMeant) {
  EXPECT_THAT(mistake([](auto& choice) { choice.request = Offboard{}; }),
              HasSubstr("give --yes if that is meant"));
  EXPECT_EQ(mistake([](auto& choice) {
              choice.request = Offboard{};
              choice.yes = true;
            }),
            "none");
}

TEST(SubmitChoice, HasTimesThatCanBeRead) {
  EXPECT_THAT(mistake([](auto& choice) { choice.wait.text = "5 minutes"; }),
              HasSubstr("--wait=5 minutes is no time: write 30s, 5m, 4h or 3d"));
  EXPECT_THAT(mistake([](auto& choice) { choice.after_blocker.text = "1w"; }),
              HasSubstr("--after-blocker=1w is no time"));
  EXPECT_THAT(mistake([](auto& choice) { choice.after_blocker.text = "0s"; }),
              HasSubstr("above 0"));
  EXPECT_THAT(mistake([](auto& choice) {
                choice.after_blocker.text = "true";
                choice.cancel_blocker = true;
              }),
              HasSubstr("give one of --after-blocker and --cancel-blocker"));
  EXPECT_THAT(mistake([](auto& choice) { choice.key = "a b"; }), HasSubstr("--idempotency-key"));
}

TEST(SubmissionBody, HasWhatWasGivenAndNothingElse) {
  EXPECT_EQ(
      body(a_scan()),
      R"({"machine":"srv-1","type":"RunAntiVirusScan","scope":"Quick","comment":"looks odd"})");
  SubmitChoice choice = a_scan();
  choice.request = Isolate{Isolate::Scope::Selective};
  choice.region = "eu";
  choice.alert = "da1";
  EXPECT_EQ(body(choice, "", "ann"),
            R"({"region":"eu","alert":"da1","type":"Isolate","scope":"Selective",)"
            R"("comment":"looks odd","requested_by":"ann"})");
  choice.request = QuarantineFile{"abc"};
  EXPECT_THAT(body(choice), HasSubstr(R"("type":"StopAndQuarantineFile","sha1":"abc",)"));
}

TEST(SubmissionBody, SaysWhatHappensWithABlocker) {
  SubmitChoice choice = a_scan();
  choice.after_blocker.text = "true";
  EXPECT_THAT(body(choice), HasSubstr(R"("on_blocker":"wait"})"));
  choice.after_blocker.text = "2h";
  EXPECT_THAT(body(choice), HasSubstr(R"("on_blocker":"wait","wait_blocker":"2h"})"));
  choice.after_blocker.text = "";
  choice.cancel_blocker = true;
  EXPECT_THAT(body(choice), HasSubstr(R"("on_blocker":"cancel"})"));
}

TEST(SubmissionBody, HasCommandsAsTheApiHasThem) {
  using Kind = LiveResponseCommand::Kind;
  SubmitChoice choice = a_scan();
  choice.request = LiveResponse{{{Kind::PutFile, "tool.exe", ""},
                                 {Kind::RunScript, "a.ps1", "-All"},
                                 {Kind::GetFile, "c:\\x", ""}}};
  EXPECT_THAT(
      body(choice),
      HasSubstr(
          R"("commands":[{"type":"PutFile","params":[{"key":"FileName","value":"tool.exe"}]},)"
          R"({"type":"RunScript","params":[{"key":"ScriptName","value":"a.ps1"},)"
          R"({"key":"Args","value":"-All"}]},)"
          R"({"type":"GetFile","params":[{"key":"Path","value":"c:\\x"}]}])"));
}

}  // namespace
}  // namespace mactiond::ctl
