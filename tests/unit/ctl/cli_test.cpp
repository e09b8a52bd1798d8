#include "daemon/cli.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mactiond::daemon {
namespace {

using testing::HasSubstr;

std::variant<CommandLine, int> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "mactiond");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

struct Outcome {
  std::variant<CommandLine, int> result;
  std::string out;
  std::string errors;
};

Outcome captured(const std::vector<const char*>& arguments) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  auto result = parse(arguments);
  std::string out = testing::internal::GetCapturedStdout();
  return {std::move(result), std::move(out), testing::internal::GetCapturedStderr()};
}

TEST(CommandLineParser, HasDefaults) {
  const auto command_line = std::get<CommandLine>(parse({}));
  EXPECT_EQ(command_line.config, "/etc/mactiond/mactiond.toml");
  EXPECT_FALSE(command_line.check_config);
  EXPECT_FALSE(command_line.print_config);
}

TEST(CommandLineParser, ReadsEveryOption) {
  const auto command_line =
      std::get<CommandLine>(parse({"--config", "/x.toml", "--check-config", "--print-config"}));
  EXPECT_EQ(command_line.config, "/x.toml");
  EXPECT_TRUE(command_line.check_config);
  EXPECT_TRUE(command_line.print_config);
  EXPECT_EQ(std::get<CommandLine>(parse({"--config=/y.toml"})).config, "/y.toml");
  EXPECT_FALSE(command_line.strict);
  EXPECT_TRUE(std::get<CommandLine>(parse({"--check-config", "--strict"})).strict);
}

TEST(CommandLineParser, AnswersHelpAndVersionOnStdout) {
  const auto version = captured({"--version"});
  EXPECT_EQ(std::get<int>(version.result), 0);
  EXPECT_EQ(version.out, "mactiond " MACTIOND_VERSION "\n");
  const auto help = captured({"--help"});
  EXPECT_EQ(std::get<int>(help.result), 0);
  for (const char* option : {"mactiond", "--config", "--check-config", "--print-config"}) {
    EXPECT_THAT(help.out, HasSubstr(option));
  }
}

TEST(CommandLineParser, RefusesWhatItDoesNotKnowOnStderr) {
  for (const auto& arguments : std::vector<std::vector<const char*>>{{"--nonsense"},
                                                                     {"word"},
                                                                     {"--config"},
                                                                     {"--check-config=maybe"},
                                                                     {"-x"},
                                                                     {"--strict"}}) {
    const auto outcome = captured(arguments);
    ASSERT_TRUE(std::holds_alternative<int>(outcome.result)) << arguments[0];
    EXPECT_EQ(std::get<int>(outcome.result), 64) << arguments[0];
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.errors, "");
  }
}

TEST(CommandLineParser, NamesTheOptionThatWasMeant) {
  EXPECT_THAT(captured({"--chekc-config"}).errors,
              HasSubstr("\"--chekc-config\" is no option of mactiond: did you mean "
                        "\"--check-config\"?"));
  EXPECT_THAT(captured({"--confg=/x.toml"}).errors, HasSubstr("did you mean \"--config\"?"));
  EXPECT_THAT(captured({"--config", "--strcit"}).errors, testing::Not(HasSubstr("did you mean")));
}

}  // namespace
}  // namespace mactiond::daemon
