#include "ctl/wait.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "command_fixture.hpp"
#include "json/object.hpp"

namespace mactiond::ctl {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// Waits until the answer's "n" is 3.
class WaitTest : public CommandTest {
 protected:
  Waited wait(std::optional<Duration> length = std::nullopt) {
    Waited waited;
    const auto run_wait = [&](const Session& session, const Pace& pace, Progress& progress) {
      const Awaited what{.ask =
                             [&](Duration hold) {
                               holds_.push_back(std::chrono::ceil<std::chrono::seconds>(hold));
                               return Question{"/x"};
                             },
                         .take =
                             [&](const boost::json::object& answer) {
                               seen_.push_back(number_in(answer, "n").value_or(-1));
                               return seen_.back() == 3;
                             },
                         .until = end_of_wait(pace, length)};
      waited = wait_for(session, pace, progress, what);
      return 0;
    };
    errors_ = run(run_wait).errors;
    return waited;
  }

  static std::string answer(int n) { return http_answer(200, "{\"n\":" + std::to_string(n) + '}'); }

  std::vector<std::chrono::seconds> holds_;
  std::vector<std::int64_t> seen_;
  std::string errors_;
};

TEST_F(WaitTest, AsksUntilTheEnd) {
  daemon_.start({answer(1), answer(2), answer(3)});
  const Waited waited = wait();
  EXPECT_TRUE(waited.ended);
  EXPECT_THAT(seen_, ElementsAre(1, 2, 3));
  EXPECT_THAT(holds_, ElementsAre(0s, 30s, 30s)) << "what is known already is wanted at once";
  EXPECT_EQ(pace_.passed(), Duration(500ms)) << "a daemon that holds nothing back is not pressed";
  EXPECT_EQ(errors_, "");
}

TEST_F(WaitTest, SurvivesARestartOfTheDaemon) {
  daemon_.start({answer(1), ""});
  int pauses = 0;
  pace_.on_pause = [&] {
    // Lost the second answer; then nobody listens; then it starts; then it is there.
    ++pauses;
    if (pauses == 2) daemon_.stop();
    if (pauses == 4) daemon_.start({http_answer(503, "{}"), answer(3)});
  };
  const Waited waited = wait();
  EXPECT_TRUE(waited.ended);
  EXPECT_THAT(seen_, ElementsAre(1, 3));
  EXPECT_THAT(holds_, ElementsAre(0s, 30s, 0s, 0s, 0s, 0s));
  EXPECT_THAT(errors_, HasSubstr("trying again until it is back\n"));
  EXPECT_THAT(errors_, HasSubstr("back after 4 attempts; continuing to wait\n"));
}

TEST_F(WaitTest, EndsWhenTheTimeIsUp) {
  daemon_.start({answer(1), answer(1), answer(1), answer(1)});
  const Waited waited = wait(500ms);
  EXPECT_FALSE(waited.ended);
  EXPECT_TRUE(waited.in_contact);
  EXPECT_EQ(pace_.passed(), Duration(500ms));
  EXPECT_THAT(holds_, ElementsAre(0s, 1s, 0s));
}

TEST_F(WaitTest, EndsInTimeWithoutADaemon) {
  const Waited waited = wait(5s);
  EXPECT_FALSE(waited.ended);
  EXPECT_FALSE(waited.in_contact);
  EXPECT_EQ(pace_.passed(), Duration(5s));
}

TEST_F(WaitTest, LooksOnceInAnyCase) {
  daemon_.start({answer(3)});
  EXPECT_TRUE(wait(0s).ended);
}

TEST_F(WaitTest, EndsWhereThereIsNothingToWaitFor) {
  daemon_.start({answer(1), http_answer(404, R"({"detail":"gone"})")});
  const Waited waited = wait();
  EXPECT_FALSE(waited.ended);
  ASSERT_TRUE(waited.refusal);
  EXPECT_EQ(waited.refusal->status, 404);
}

TEST_F(WaitTest, WhereTooManyWaitItAsksNowAndThen) {
  const std::string crowded = http_answer(503, R"({"detail":"too many requests wait"})");
  daemon_.start({answer(1), crowded, answer(2), answer(3)});
  EXPECT_TRUE(wait().ended);
  EXPECT_THAT(seen_, ElementsAre(1, 2, 3));
  EXPECT_THAT(holds_, ElementsAre(0s, 30s, 0s, 0s));
  EXPECT_EQ(pace_.passed(), Duration(4s + 250ms));
  EXPECT_EQ(errors_, "");
}

}  // namespace
}  // namespace mactiond::ctl
