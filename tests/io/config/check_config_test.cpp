#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "unit/config/config_text.hpp"
#include "unit/config/wrong_configs.hpp"

namespace mactiond::config {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct Ended {
  int code = -1;
  std::string output;  ///< of stdout and stderr
};

/// The real program on that text; quoting is safe because the paths are this test's own.
class CheckConfig : public testing::Test {
 protected:
  CheckConfig() { (void)surroundings(); }
  Ended run(const std::string& text, const std::string& option = "--check-config") {
    file = directory.write("m.toml", text);
    const std::string command =
        std::string("'" MACTIOND_PROGRAM "' ") + option + " --config '" + file + "' 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    Ended ended;
    std::array<char, 4096> buffer{};
    for (std::size_t got = 1; got > 0;) {
      got = fread(buffer.data(), 1, buffer.size(), pipe);
      ended.output.append(buffer.data(), got);
    }
    const int status = pclose(pipe);
    if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
    return ended;
  }
  void expect_no_secret(const std::string& output) {
    for (const std::string& secret : planted_secrets()) {
      EXPECT_THAT(output, Not(HasSubstr(secret)));
    }
  }

  TempDirectory directory;
  std::string file;
};

// Every program start of the table in one case: CTest starts a process for each case.
TEST_F(CheckConfig, TellsEveryMistakeOfTheTableAtItsPlace) {
  for (const WrongConfig& row : wrong_configs()) {
    SCOPED_TRACE(row.name);
    const Ended ended = run(row.text);
    EXPECT_EQ(ended.code, 78);
    EXPECT_THAT(ended.output, StartsWith(file + ':' + row.place + ": "));
    EXPECT_THAT(ended.output, HasSubstr(row.words));
    EXPECT_EQ(std::count(ended.output.begin(), ended.output.end(), '\n'), 1) << ended.output;
    expect_no_secret(ended.output);
  }
}

TEST_F(CheckConfig, TellsAllMistakesAtOnceInTheFilesOrder) {
  const std::string text =
      "[daemon]\nlog_level='loud'\n"
      "[[region]]\nname='eu'\ntenant_id='t'\nclient_id='c'\nauth.client_secret='Pa55word'\n"
      "quota.per_minute=0\n[region.poll]\nmin_interval='1ms'\n"
      "[[policy]]\nname='scans'\naction='cancel'\nstale_after='6h'\n"
      "[[webhook]]\nname='soc'\nurl='http://hooks.example/'\nbearer='Pa55word'\n"
      "[webhook.filter]\nevent=['action.transitoin']\n"
      "[[webhooks]]\nname='b'\n";
  const Ended ended = run(text);
  EXPECT_EQ(ended.code, 78);
  std::string places;
  for (std::size_t at = 0; at < ended.output.size(); at = ended.output.find('\n', at) + 1) {
    ASSERT_EQ(ended.output.compare(at, file.size(), file), 0) << ended.output;
    const std::size_t from = at + file.size() + 1;
    places += ended.output.substr(from, ended.output.find(": ", from) - from) + ' ';
  }
  EXPECT_EQ(places, "2:11 7:20 8:18 10:14 11:1 17:5 18:8 20:8 21:3 ");
  expect_no_secret(ended.output);
}

TEST_F(CheckConfig, SaysNothingOfARightFileAndMasksSecretsWherePrinted) {
  const std::string text = region_text() +
                           "[[webhook]]\nname='soc'\nurl='env:MACTIOND_TEST_URL'\n"
                           "secret='env:MACTIOND_TEST_HOOK'\nbearer='env:MACTIOND_TEST_SECRET'\n"
                           "headers={X-Key='env:MACTIOND_TEST_SECRET'}\n";
  const Ended checked = run(text);
  EXPECT_EQ(checked.code, 0);
  EXPECT_EQ(checked.output, "");
  const Ended printed = run(text, "--print-config");
  EXPECT_EQ(printed.code, 0);
  EXPECT_THAT(printed.output, HasSubstr("client_secret = \"***\""));
  expect_no_secret(printed.output);
}

}  // namespace
}  // namespace mactiond::config
