#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <exception>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/http_date.hpp"
#include "base/iso_time.hpp"
#include "base/system_clock.hpp"
#include "io/net/loop.hpp"
#include "io/runtime/fake_client.hpp"
#include "io/runtime/other_program.hpp"
#include "runtime/driver.hpp"
#include "runtime/secret_tokens.hpp"
#include "unit/config/config_text.hpp"

namespace mactiond::runtime {

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
    if (on_start && request.url.target.starts_with("/api/machines/")) return on_start(request);
    if (request.method == "POST") return response(200, R"({"access_token":"t","expires_in":3600})");
    if (on_list) on_list();
    if (lists_hang) return FakeClient::Hang{};
    http::Response list = response(200, R"({"value":[)" + rows + "]}");
    if (on_start) list.headers.push_back({"Date", format_http_date(clock.now().wall)});
    return list;
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
    defender::TokenAsk ask;
    ask.authority = *http::parse_url("https://login.example");
    region->tokens = std::make_shared<SecretTokens>(
        clock, api, std::move(ask), [] { return Result<Secret>(Secret("secret")); });
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
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!holds() && std::chrono::steady_clock::now() < deadline) {
      loop.context.restart();
      loop.context.run_for(std::chrono::milliseconds(5));
    }
    return holds();
  }
  /// Runs the loop for this long.
  void run_for(std::chrono::milliseconds time) {
    loop.context.restart();
    loop.context.run_for(time);
  }
  [[nodiscard]] bool runs_to_its_end() {
    return until([&] { return ended.has_value(); });
  }
  /// Whether it ended within a few turns.
  bool until_quiet() {
    for (int i = 0; i < 20 && !ended; ++i) {
      loop.context.restart();
      loop.context.run_for(std::chrono::milliseconds(2));
    }
    return ended.has_value();
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
  std::function<FakeClient::Step(const http::Request&)> on_start;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<ops::TransitionLog> log;
  std::unique_ptr<core::Engine> engine;
  std::unique_ptr<Driver> driver;
  std::unique_ptr<CommandRunner> runner;
  bool running = false;
  std::optional<int> ended;
};

}  // namespace mactiond::runtime
