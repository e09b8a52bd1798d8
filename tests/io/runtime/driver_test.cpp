#include "runtime/driver.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <utility>

#include "io/runtime/driver_fixture.hpp"

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;

TEST_F(DriverTest, StoresAndLogsAnEventBeforeItIsSent) {
  rows = row("a1", "Pending");
  std::size_t stored_then = 0;
  std::size_t logged_then = 0;
  receiver->respond = [&](const http::Request&) {
    stored_then = stored();
    logged_then = lines().size();
    return response(200);
  };
  start();
  ASSERT_TRUE(until([&] { return !receiver->sent.empty(); }));
  EXPECT_EQ(stored_then, 1U);
  EXPECT_EQ(logged_then, 1U);
  stop();
  EXPECT_TRUE(runs_to_its_end());
  EXPECT_EQ(ended, 0);
  EXPECT_EQ(store->oldest_queued("soc").value(), std::nullopt) << "its mark is durable at the end";
}

TEST_F(DriverTest, AnswersEveryCommandOnceWhenStopped) {
  lists_hang = true;
  start();
  ASSERT_TRUE(until([&] { return api->sent.size() == 2; })) << "a token and a list";
  stop();
  EXPECT_TRUE(runs_to_its_end());
  EXPECT_EQ(ended, 0);
  EXPECT_EQ(api->sent.size(), 2U) << "nothing new is begun";
}

TEST_F(DriverTest, AFailedCommitStartsNothingAndEndsTheDaemon) {
  start();
  ASSERT_TRUE(until([&] { return api->sent.size() >= 2; }));
  break_store();
  rows = row("a1", "Pending");
  pass(16s);
  EXPECT_TRUE(runs_to_its_end());
  EXPECT_EQ(ended, 74);
  EXPECT_TRUE(receiver->sent.empty());
  EXPECT_TRUE(lines().empty());
}

TEST_F(DriverTest, ARequestThatCannotBeStoredIsRefusedAndEndsTheDaemon) {
  start();
  ASSERT_TRUE(until([&] { return api->sent.size() >= 2; }));
  break_store();
  const auto reply = operate(core::PauseWebhook{"soc"});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::StoreFailed);
  EXPECT_TRUE(runs_to_its_end());
  EXPECT_EQ(ended, 74);
}

TEST_F(DriverTest, ARequestThatMeetsOtherContentIsRefusedAndNothingGoesOn) {
  start();
  ASSERT_TRUE(until([&] { return api->sent.size() >= 2; }));
  OtherProgram(directory.path()).run("UPDATE counter SET last_seq = 7");
  const auto reply = operate(core::PauseWebhook{"soc"});
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().where, testing::HasSubstr("replaced"));
  EXPECT_THAT(driver->trouble().value_or(""), testing::HasSubstr("replaced"));
  rows = row("a1", "Pending");
  pass(16s);
  stop();
  EXPECT_TRUE(runs_to_its_end());
  EXPECT_EQ(ended, 0) << "the restart recovers the store";
  EXPECT_TRUE(lines().empty());
}

TEST_F(DriverTest, ARequestIsDurableWhenItIsAnswered) {
  start();
  const auto reply = operate(core::PauseWebhook{"soc"});
  ASSERT_TRUE(reply);
  const auto snapshot = store->load();
  ASSERT_TRUE(snapshot);
  const auto paused =
      std::any_of(snapshot->webhooks.begin(), snapshot->webhooks.end(),
                  [](const auto& row) { return row.row.state == core::WebhookState::Paused; });
  EXPECT_TRUE(paused);
  stop();
  EXPECT_FALSE(operate(core::PauseWebhook{"soc"})) << "the daemon is stopping";
  EXPECT_TRUE(runs_to_its_end());
}

TEST_F(DriverTest, ALogThatCannotBeWrittenFallsBehindAndCatchesUp) {
  std::signal(SIGXFSZ, SIG_IGN);
  open(store::Store::open_in_memory());
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  rows = row("a1", "Pending");
  start();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  const bool failed = until([&] { return driver->trouble().has_value(); });
  rows += "," + row("a2", "Pending");
  pass(3s);
  const bool more = until([&] { return stored() == 2; });
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_TRUE(failed);
  EXPECT_TRUE(more) << "polls and deliveries continue";
  EXPECT_TRUE(lines().empty());
  EXPECT_TRUE(until([&] { return receiver->sent.size() == 2; }));
  pass(6s);
  EXPECT_TRUE(until([&] { return lines().size() == 2; }));
  EXPECT_EQ(driver->trouble(), std::nullopt);
  EXPECT_NE(lines()[0].find("\"seq\":1,"), std::string::npos);
  EXPECT_NE(lines()[1].find("\"seq\":2,"), std::string::npos);
  stop();
  EXPECT_TRUE(runs_to_its_end());
}

struct GraceTest : DriverTest {
  void start_hanging_delivery() {
    rows = row("a1", "Pending");
    receiver->respond = [](const http::Request&) { return FakeClient::Hang{}; };
    start();
    ASSERT_TRUE(until([&] { return receiver->sent.size() == 1; }));
    stop();
    EXPECT_FALSE(until_quiet()) << "a delivery has its grace time";
  }
};

TEST_F(GraceTest, ADeliveryThatDoesNotEndIsAbandonedAndKept) {
  start_hanging_delivery();
  clock.ahead += 6s;
  driver->reopen_log();
  EXPECT_TRUE(runs_to_its_end());
  EXPECT_EQ(ended, 0);
  EXPECT_TRUE(store->oldest_queued("soc").value()) << "it is sent again after the next start";
}

TEST_F(DriverTest, ACleanUpThatFailsEndsTheDaemon) {
  open(store::Store::open(directory.path()));
  core::Batch old;
  old.prune_before = clock.now().wall - 24h;
  ASSERT_TRUE(store->commit(old));
  OtherProgram(directory.path()).run("DROP TABLE decision");
  start();
  EXPECT_TRUE(runs_to_its_end());
  EXPECT_EQ(ended, 74);
}

TEST_F(DriverTest, ADeadLetterThatCannotBeStoredYetWaitsForTheLock) {
  rows = row("a1", "Pending");
  start();
  OtherProgram other(directory.path());
  bool locked = false;
  driver->on_events([&] {
    if (std::exchange(locked, true)) return;
    other.run("UPDATE event SET document = '{'");
    other.run("BEGIN IMMEDIATE");
  });
  ASSERT_TRUE(until([&] { return locked; }));
  ASSERT_TRUE(until([&] { return ended || store->locked_out(); }));
  EXPECT_FALSE(ended);
  other.run("ROLLBACK");
  ASSERT_TRUE(until([&] { return ended || store->find_dead_letter("soc", 1)->has_value(); }));
  EXPECT_FALSE(ended);
  stop();
  EXPECT_TRUE(runs_to_its_end());
  EXPECT_EQ(ended, 0);
  EXPECT_TRUE(receiver->sent.empty());
}

TEST_F(DriverTest, AnExceptionInATaskEndsTheDaemonWith70) {
  api->respond = [](const http::Request&) { return FakeClient::Throw{}; };
  start();
  EXPECT_TRUE(runs_to_its_end());
  EXPECT_EQ(ended, 70);
}

TEST_F(DriverTest, WhatRunsBesideEndsWithTheStop) {
  start();
  bool done = false;
  const auto beside = [](bool& flag) -> Task<void> {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer never(executor, boost::asio::steady_timer::time_point::max());
    co_await never.async_wait(net::kAwait);
    flag = true;
  };
  driver->run_beside(beside(done));
  ASSERT_TRUE(until([&] { return api->sent.size() >= 2; }));
  EXPECT_FALSE(done);
  stop();
  EXPECT_TRUE(runs_to_its_end());
  EXPECT_TRUE(done);
}

TEST_F(DriverTest, ALogFileThatWasMovedAwayIsOpenedAgainWithinTenSeconds) {
  rows = row("a1", "Pending");
  start();
  ASSERT_TRUE(until([&] { return lines().size() == 1; }));
  ASSERT_EQ(std::rename(log_path.c_str(), (log_path + ".1").c_str()), 0);
  pass(10s);
  ASSERT_TRUE(until([&] { return std::ifstream(log_path).good(); }));
  rows += "," + row("a2", "Pending");
  pass(3s);
  ASSERT_TRUE(until([&] { return lines().size() == 1; }));
  EXPECT_NE(lines()[0].find("\"seq\":2,"), std::string::npos);
  stop();
  EXPECT_TRUE(runs_to_its_end());
}

}  // namespace
}  // namespace mactiond::runtime
