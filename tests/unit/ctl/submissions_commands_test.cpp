#include "ctl/submissions_commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "command_fixture.hpp"

namespace mactiond::ctl {
namespace {

using testing::HasSubstr;

class SubmissionsTest : public CommandTest {
 protected:
  Result shown(std::vector<std::string> answers) {
    daemon_.start(std::move(answers));
    return run([&](const Session& session, const Pace& pace, Progress& progress) {
      return show_submissions(session, choice_, pace, progress);
    });
  }

  SubmissionsChoice choice_;
};

TEST_F(SubmissionsTest, ReadPageAfterPage) {
  choice_.open = true;
  choice_.states = {"queued", "sent"};
  choice_.regions = {"eu"};
  const auto [exit_code, out, errors] =
      shown({http_answer(200, R"({"submissions":[{"id":"sub_2","state":"queued"}],"next":"c1"})"),
             http_answer(200, R"({"submissions":[{"id":"sub_1","state":"sent"}]})")});
  EXPECT_EQ(exit_code, 0);
  EXPECT_THAT(out, HasSubstr("\nsub_2       queued\nsub_1       sent\n"));
  EXPECT_THAT(
      daemon_.requests().at(0),
      HasSubstr("GET /v1/submissions?open=true&state=queued&state=sent&region=eu&limit=100 "));
  EXPECT_THAT(daemon_.requests().at(1), HasSubstr("&limit=99&before=c1 "));
}

TEST_F(SubmissionsTest, SayThatThereAreMore) {
  choice_.limit = 1;
  const auto [exit_code, out, errors] =
      shown({http_answer(200, R"({"submissions":[{"id":"sub_2"}],"next":"c1"})")});
  EXPECT_EQ(exit_code, 0);
  EXPECT_THAT(errors, HasSubstr("there are more; see --limit"));
}

TEST_F(SubmissionsTest, ShowOne) {
  choice_.id = "sub_1";
  const auto [exit_code, out, errors] =
      shown({http_answer(200, R"({"id":"sub_1","state":"sent"})")});
  EXPECT_EQ(exit_code, 0);
  EXPECT_EQ(out, "submission  sub_1\nstate       sent\n");
  EXPECT_THAT(daemon_.requests().at(0), HasSubstr("GET /v1/submissions/sub_1 HTTP"));
}

TEST_F(SubmissionsTest, WaitForOne) {
  choice_.id = "sub_1";
  choice_.wait.text = "1m";
  EXPECT_EQ(shown({http_answer(200, R"({"id":"sub_1","state":"cancelled"})")}).exit_code, 3);
}

TEST_F(SubmissionsTest, RefuseWhatDoesNotGoTogether) {
  choice_.wait.text = "true";
  EXPECT_EQ(shown({}).exit_code, 64);
  choice_.wait.text = "x";
  choice_.id = "sub_1";
  EXPECT_EQ(shown({}).exit_code, 64);
  choice_.wait.text = "";
  choice_.open = true;
  EXPECT_EQ(shown({}).exit_code, 64);
  EXPECT_TRUE(daemon_.requests().empty());
}

class AlertTest : public CommandTest {};

TEST_F(AlertTest, ShowsItsMachine) {
  daemon_.start({http_answer(200, R"({"alert":"da1","region":"eu","machine_id":"m1"})")});
  const auto [exit_code, out, errors] = run([&](const Session& session, const Pace&, Progress&) {
    return show_alert(session, "da1", "eu");
  });
  EXPECT_EQ(exit_code, 0);
  EXPECT_EQ(out, "alert    da1\nregion   eu\nmachine  m1\n");
  EXPECT_THAT(daemon_.requests().at(0), HasSubstr("GET /v1/alerts/da1?region=eu HTTP"));
}

}  // namespace
}  // namespace mactiond::ctl
