#include "ctl/submit_many.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "command_fixture.hpp"
#include "ctl/idempotency_key.hpp"
#include "ctl/submit.hpp"

namespace mactiond::ctl {
namespace {

using testing::HasSubstr;

std::string taken(const std::string& id) {
  return http_answer(202, R"({"id":")" + id + R"(","state":"queued"})");
}

std::string ended(const std::string& id, const std::string& state) {
  return http_answer(200, R"({"id":")" + id + R"(","state":")" + state + R"("})");
}

const std::string kRefused = http_answer(404, R"({"title":"Not Found","detail":"no machine"})");

class SubmitManyTest : public CommandTest {
 protected:
  SubmitManyTest() {
    choice_.request = RunScan{};
    choice_.comment = "odd";
    choice_.key = "k";
  }

  Result submitted(const std::string& machines, std::vector<std::string> answers) {
    choice_.machines_file = daemon_.path() + ".machines";
    std::ofstream(choice_.machines_file) << machines;
    daemon_.start(std::move(answers));
    return run([&](const Session& session, const Pace& pace, Progress& progress) {
      return submit(session, choice_, pace, progress);
    });
  }

  SubmitChoice choice_;
};

TEST_F(SubmitManyTest, ReportsOnEachMachine) {
  const auto [exit_code, out, errors] =
      submitted("srv-1\nsrv-2\nsrv-3\n", {taken("sub_1"), kRefused, taken("sub_3")});
  EXPECT_EQ(exit_code, 1);
  EXPECT_EQ(out,
            "srv-1: sub_1 is queued\nsrv-3: sub_3 is queued\n3 machines: 2 queued, 1 refused; the "
            "same command with --idempotency-key k submits only what is missing\n");
  EXPECT_EQ(errors, "mactionctl: srv-2: 404 Not Found: no machine\n");
  const auto requests = daemon_.requests();
  ASSERT_EQ(requests.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string machine = "srv-" + std::to_string(i + 1);
    EXPECT_THAT(requests[i], HasSubstr("Idempotency-Key: " + key_for("k", machine) + "\r\n"));
    EXPECT_THAT(requests[i], HasSubstr("\"machine\":\"" + machine + '"'));
  }
}

TEST_F(SubmitManyTest, SendsNothingWhereOneLineIsWrong) {
  const auto [exit_code, out, errors] = submitted("srv-1\nsrv 2\n", {taken("sub_1")});
  EXPECT_EQ(exit_code, 64);
  EXPECT_THAT(errors,
              HasSubstr(".machines:2: \"srv 2\" is neither the name nor the id of a machine"));
  EXPECT_TRUE(daemon_.requests().empty());
}

TEST_F(SubmitManyTest, WaitsForEach) {
  choice_.wait.text = "true";
  const auto [exit_code, out, errors] =
      submitted("srv-1\nsrv-2\nsrv-3\n", {taken("sub_1"), kRefused, taken("sub_3"),
                                          ended("sub_1", "succeeded"), ended("sub_3", "lost")});
  EXPECT_EQ(exit_code, 5);
  EXPECT_EQ(out,
            "srv-1: sub_1: succeeded\n3 machines: 1 lost, 1 refused, 1 succeeded; the same command "
            "with --idempotency-key k submits only what is missing\n");
  EXPECT_THAT(errors, HasSubstr("mactionctl: srv-3: sub_3: was lost"));
}

TEST_F(SubmitManyTest, GivesAScriptAnObjectALine) {
  json_ = true;
  const auto [exit_code, out, errors] = submitted("srv-1\nsrv-2\n", {taken("sub_1"), kRefused});
  EXPECT_EQ(exit_code, 1);
  EXPECT_EQ(errors, "");
  EXPECT_EQ(out, R"({"machine":"srv-1","idempotency_key":")" + key_for("k", "srv-1") +
                     R"(","exit":0,"submission":{"id":"sub_1","state":"queued"}})" + '\n' +
                     R"({"machine":"srv-2","idempotency_key":")" + key_for("k", "srv-2") +
                     R"(","exit":1,"problem":{"title":"Not Found","detail":"no machine"}})" + '\n');
}

TEST_F(SubmitManyTest, WaitsForADaemonThatWasThere) {
  pace_.on_pause = [&] { daemon_.start({taken("sub_2")}); };
  const auto [exit_code, out, errors] = submitted("srv-1\nsrv-2\n", {taken("sub_1")});
  EXPECT_EQ(exit_code, 0);
  EXPECT_THAT(out, HasSubstr("srv-2: sub_2 is queued\n"));
}

TEST_F(SubmitManyTest, SendsNothingMoreOnceTheDaemonIsGone) {
  pace_.on_pause = [&] { daemon_.stop(); };
  const auto [exit_code, out, errors] = submitted("srv-1\nsrv-2\nsrv-3\n", {taken("sub_1")});
  EXPECT_EQ(exit_code, 69);
  EXPECT_THAT(errors, HasSubstr("srv-2: no daemon listens"));
  EXPECT_THAT(errors, HasSubstr("srv-3: not sent: no daemon answers"));
  EXPECT_THAT(out, HasSubstr("3 machines: 2 not sent, 1 queued"));
  EXPECT_EQ(pace_.passed(), Duration(std::chrono::seconds(30)));
}

TEST_F(SubmitManyTest, AsksABusyDaemonAgainForOneMachineAlone) {
  const std::string busy = http_answer(503, R"({"title":"Service Unavailable","detail":"later"})");
  const auto [exit_code, out, errors] =
      submitted("srv-1\nsrv-2\nsrv-3\n", std::vector<std::string>(40, busy));
  EXPECT_EQ(exit_code, 69);
  EXPECT_EQ(pace_.passed(), Duration(std::chrono::seconds(30)));
  EXPECT_EQ(daemon_.requests().size(), 33U);
  EXPECT_THAT(errors, HasSubstr("srv-3: 503 Service Unavailable: later; whether the submission was "
                                "made is not known: the same command with --idempotency-key k "));
  EXPECT_THAT(out, HasSubstr("3 machines: 3 not known; the same command with --idempotency-key k "
                             "submits only what is missing"));
}

TEST(WorseOf, PutsTheUnknownFirst) {
  const std::vector<int> order = {0, 3, 4, 1, 69, 5, 70};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = 0; j < order.size(); ++j) {
      EXPECT_EQ(worse_of(order[i], order[j]), order[std::max(i, j)]);
    }
  }
}

}  // namespace
}  // namespace mactiond::ctl
