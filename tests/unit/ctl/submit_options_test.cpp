#include "ctl/submit_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <string>
#include <variant>
#include <vector>

namespace mactiond::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// What the line gives to submit; the message of a mistake in error.
struct Line {
  explicit Line(std::vector<std::string> words) {
    CLI::App app("", "mactionctl");
    app.require_subcommand(1);
    add_submit_commands(app, chosen, choice, [this] {
      ++submitted;
      return 7;
    });
    std::reverse(words.begin(), words.end());
    try {
      app.parse(words);
      exit_code = chosen.run();
    } catch (const CLI::ParseError& mistake) {
      error = mistake.what();
    }
  }

  Chosen chosen;
  SubmitChoice choice;
  int submitted = 0;
  int exit_code = 0;
  std::string error;
};

std::string type_text(const Line& line) { return std::string(type_of(line.choice.request).text()); }

TEST(SubmitOptions, HaveACommandForEachKindOfAction) {
  const std::vector<std::pair<std::string, std::string>> verbs = {
      {"isolate", "Isolate"},
      {"unisolate", "Unisolate"},
      {"restrict", "RestrictCodeExecution"},
      {"unrestrict", "UnrestrictCodeExecution"},
      {"scan", "RunAntiVirusScan"},
      {"offboard", "Offboard"},
      {"quarantine", "StopAndQuarantineFile"},
      {"collect", "CollectInvestigationPackage"},
      {"live-response", "LiveResponse"}};
  EXPECT_EQ(verbs.size(), std::variant_size_v<ActionRequest>);
  for (const auto& [verb, type] : verbs) {
    const Line line({verb, "srv-1", "--comment", "why"});
    EXPECT_EQ(line.error, "") << verb;
    EXPECT_EQ(type_text(line), type);
    EXPECT_EQ(line.choice.machine, "srv-1");
    EXPECT_EQ(line.choice.comment, "why");
    EXPECT_EQ(line.submitted, 1);
    EXPECT_EQ(line.exit_code, 7);
  }
}

TEST(SubmitOptions, ReadScopes) {
  const Line isolate({"isolate", "m", "--scope", "unmanageddevice"});
  EXPECT_EQ(std::get<Isolate>(isolate.choice.request).scope, Isolate::Scope::UnManagedDevice);
  EXPECT_EQ(std::get<Isolate>(Line({"isolate", "m"}).choice.request).scope, Isolate::Scope::Full);
  const Line scan({"scan", "m", "--scope=Full"});
  EXPECT_EQ(std::get<RunScan>(scan.choice.request).scope, RunScan::Scope::Full);
  EXPECT_EQ(std::get<RunScan>(Line({"scan", "m"}).choice.request).scope, RunScan::Scope::Quick);
  EXPECT_EQ(Line({"scan", "m", "--scope", "Selective"}).error,
            "--scope: \"Selective\" is none of Quick, Full");
  EXPECT_NE(Line({"unisolate", "m", "--scope", "Full"}).error, "");
}

TEST(SubmitOptions, KeepTheOrderOfCommands) {
  const Line line({"live-response", "m", "--put", "a", "--get", "[x]", "--run", "b.ps1", "--args",
                   "-All --deep", "--put", "c", "--run", "d.ps1"});
  EXPECT_EQ(line.error, "");
  std::vector<std::string> steps;
  for (const auto& command : std::get<LiveResponse>(line.choice.request).commands) {
    steps.push_back(std::string(to_string(command.kind)) + ' ' + command.name + ' ' +
                    command.arguments);
  }
  EXPECT_THAT(steps, ElementsAre("PutFile a ", "GetFile [x] ", "RunScript b.ps1 -All --deep",
                                 "PutFile c ", "RunScript d.ps1 "));
}

TEST(SubmitOptions, TakeArgumentsBehindAScriptAlone) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--args", "x"},
                                                {"--put", "a", "--args", "x"},
                                                {"--run", "b", "--args", "x", "--args", "y"}}) {
    std::vector<std::string> line = {"live-response", "m"};
    line.insert(line.end(), words.begin(), words.end());
    EXPECT_THAT(Line(line).error, HasSubstr("--args: give it once, right behind its --run"));
  }
}

TEST(SubmitOptions, ReadTimesOnlyBehindAnEqualsSign) {
  const Line line({"scan", "--wait", "srv-1", "--after-blocker=2h"});
  EXPECT_EQ(line.error, "");
  EXPECT_EQ(line.choice.machine, "srv-1");
  EXPECT_TRUE(line.choice.wait.given());
  EXPECT_FALSE(line.choice.wait.time());
  EXPECT_FALSE(line.choice.wait.mistake());
  EXPECT_EQ(line.choice.after_blocker.time(), Duration(std::chrono::hours(2)));
  EXPECT_TRUE(Line({"scan", "m", "--wait=5"}).choice.wait.mistake());
  EXPECT_FALSE(Line({"scan", "m"}).choice.wait.given());
}

TEST(SubmitOptions, ReadTheRest) {
  const Line line({"quarantine", "--alert", "da1", "--sha1", "abc", "--region", "eu", "--machines",
                   "-", "--cancel-blocker", "--idempotency-key", "k"});
  EXPECT_EQ(line.error, "");
  EXPECT_EQ(line.choice.alert, "da1");
  EXPECT_EQ(std::get<QuarantineFile>(line.choice.request).sha1, "abc");
  EXPECT_EQ(line.choice.region, "eu");
  EXPECT_EQ(line.choice.machines_file, "-");
  EXPECT_TRUE(line.choice.cancel_blocker);
  EXPECT_EQ(line.choice.key, "k");
  EXPECT_TRUE(Line({"offboard", "m", "--yes"}).choice.yes);
  EXPECT_NE(Line({"scan", "m", "--yes"}).error, "");
}

}  // namespace
}  // namespace mactiond::ctl
