#include "ctl/result_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

namespace mactiond::ctl {
namespace {

using testing::HasSubstr;

/// What the line gives to a command that is not run; the message of a mistake.
std::string mistake_in(std::vector<std::string> words) {
  CLI::App app("", "mactionctl");
  app.require_subcommand(1);
  Chosen chosen;
  ResultChoice choice;
  add_result_commands(app, chosen, choice);
  std::reverse(words.begin(), words.end());
  try {
    app.parse(words);
  } catch (const CLI::ParseError& mistake) {
    return mistake.what();
  }
  return {};
}

TEST(ResultOptions, AnOutputWithoutANameIsAMistake) {
  EXPECT_EQ(mistake_in({"package", "a1", "--output", "p.zip"}), "");
  EXPECT_THAT(mistake_in({"package", "a1", "--output", ""}), HasSubstr("name a file"));
  EXPECT_THAT(mistake_in({"result", "a1", "--show", "--output", ""}), HasSubstr("name a file"));
  EXPECT_THAT(mistake_in({"package", "a1"}), HasSubstr("--output"));
}

}  // namespace
}  // namespace mactiond::ctl
