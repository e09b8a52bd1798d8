#include "runtime/driver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <csignal>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/iso_time.hpp"
#include "base/system_clock.hpp"
#include "io/net/loop.hpp"
#include "io/runtime/fake_client.hpp"
#include "io/runtime/other_program.hpp"
#include "unit/config/config_text.hpp"

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;
using test::FakeClient;
using test::OtherProgram;
using test::response;

/// The machine's clock, which a test may put forward.
struct ShiftedClock : Clock {
  Duration ahead{};
  [[nodiscard]] Now now() const override {
    const Now now = SystemClock().now();
    return {now.wall + ahead, now.mono + ahead};
  }
};

/// A driver with its real store, log and engine; only the network is played.
struct DriverTest : testing::Test {
  DriverTest() {
    options.instance = "soc1";
    options.boot_id = "boot-1";
    options.regions.emplace_back().name = "eu";
    options.webhooks.emplace_back().name = "soc";
    api->respond = [this](const http::Request& request) { return answer(request); };
    receiver->respond = [](const http::Request&) { return response(200); };
  }

  void TearDown() override { EXPECT_TRUE(!running || ended) << "the driver did not end"; }

  FakeClient::Step answer(const http::Request& request) const {
    if (request.method == "POST") return response(200, R"({"access_token":"t","expires_in":3600})");
    if (on_list) on_list();
    if (lists_hang) return FakeClient::Hang{};
    return response(200, R"({"value":[)" + rows + "]}");
  }

  std::string row(const std::string& id, const std::string& status) const {
    const std::string now = format_iso_time(clock.now().wall);
    return R"({"id":")" + id + R"(","type":"Isolate","status":")" + status +
           R"(","creationDateTimeUtc":")" + now + R"(","lastUpdateDateTimeUtc":")" + now + R"("})";
  }

  void open(Result<store::Store> opened) {
    ASSERT_TRUE(opened) << opened.error().message();
    store = std::make_unique<store::Store>(std::move(*opened));
    core::Batch known;
    known.regions.emplace_back().region = "eu";
    ASSERT_TRUE(store->commit(known));
    auto snapshot = store->load();
    ASSERT_TRUE(snapshot);
    auto opened_log = ops::TransitionLog::open({log_path});
    ASSERT_TRUE(opened_log) << opened_log.error().message();
    log = std::make_unique<ops::TransitionLog>(std::move(*opened_log));
    engine = std::make_unique<core::Engine>(options, std::move(*snapshot), 42, clock.now());
    driver = std::make_unique<Driver>(loop.context.get_executor(),
                                      Driver::Parts{clock, *engine, *store, *log, metrics});
    Accesses accesses;
    auto& region = accesses.regions["eu"] = std::make_shared<RegionAccess>();
    region->client = api;
    region->api = *http::parse_url("https://api.example");
    region->credential.authority = *http::parse_url("https://login.example");
    region->read_secret = [] { return Result<Secret>(Secret("secret")); };
    auto& webhook = accesses.webhooks["soc"] = std::make_shared<WebhookAccess>();
    webhook->client = receiver;
    webhook->target.url = *http::parse_url("https://hooks.example/");
    runner = std::make_unique<CommandRunner>(
        clock, std::move(accesses), metrics,
        [this](core::Event event) { driver->post(std::move(event)); });
    driver->set_runner(*runner);
  }

  void start() {
    if (!store) open(store::Store::open(directory.path()));
    running = true;
    boost::asio::co_spawn(loop.context, driver->run(),
                          [this](std::exception_ptr failure, int code) {
                            EXPECT_FALSE(failure);
                            ended = code;
                          });
  }
  /// Runs the loop until it holds, at most 30 s.
  template <class Condition>
  [[nodiscard]] bool until(Condition holds) {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!holds() && std::chrono::steady_clock::now() < deadline) {
      loop.context.restart();
      loop.context.run_for(5ms);
    }
    return holds();
  }
  [[nodiscard]] bool runs_to_its_end() {
    return until([&] { return ended.has_value(); });
  }
  void pass(Duration time) {
    clock.ahead += time;
    driver->post(core::Tick{});
  }
  void stop() {
    loop.on_loop([&] { driver->stop(); });
  }
  Result<core::Reply> operate(core::Event request) {
    std::optional<Result<core::Reply>> reply;
    loop.on_loop([&] { reply = driver->operate(std::move(request)); });
    return std::move(*reply);
  }

  [[nodiscard]] std::vector<std::string> lines() const {
    std::ifstream file(log_path);
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
  }
  [[nodiscard]] std::size_t stored() { return store->load_events(1, 100)->size(); }

  /// From now on no event can be stored.
  void break_store() const {
    OtherProgram(directory.path())
        .run(
            "CREATE TRIGGER broken BEFORE INSERT ON event BEGIN"
            " SELECT RAISE(ABORT, 'broken'); END");
  }

  config::TempDirectory directory;
  std::string log_path = directory.path() + "/transitions.jsonl";
  test::Loop loop;
  ShiftedClock clock;
  core::Options options;
  ops::Metrics metrics{"0", {"eu"}, {"soc"}};
  std::shared_ptr<FakeClient> api = std::make_shared<FakeClient>();
  std::shared_ptr<FakeClient> receiver = std::make_shared<FakeClient>();
  std::string rows;
  bool lists_hang = false;
  std::function<void()> on_list;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<ops::TransitionLog> log;
  std::unique_ptr<core::Engine> engine;
  std::unique_ptr<Driver> driver;
  std::unique_ptr<CommandRunner> runner;
  bool running = false;
  std::optional<int> ended;
};

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
  /// Whether it ended within a few turns.
  bool until_quiet() {
    for (int i = 0; i < 20 && !ended; ++i) {
      loop.context.restart();
      loop.context.run_for(2ms);
    }
    return ended.has_value();
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
