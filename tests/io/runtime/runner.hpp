#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "io/net/loop.hpp"
#include "io/runtime/fake_client.hpp"
#include "io/runtime/still_clock.hpp"
#include "runtime/command_runner.hpp"
#include "runtime/secret_tokens.hpp"
#include "runtime/task_group.hpp"
#include "support/event_samples.hpp"

namespace mactiond::runtime {

inline std::uint64_t command_of(const core::Event& event) {
  return std::visit(
      [](const auto& e) -> std::uint64_t {
        if constexpr (requires { e.command; }) return e.command.value;
        return 0;
      },
      event);
}

inline Outcome outcome_of(const core::Event& event) {
  return std::visit(
      [](const auto& e) -> Outcome {
        if constexpr (requires { e.outcome; }) return e.outcome;
        if constexpr (requires { e.answer.outcome; }) return e.answer.outcome;
        return {};
      },
      event);
}

/// A runner of commands over scripted clients: one region, one webhook.
struct Runner {
  Runner() {
    auto region = std::make_shared<RegionAccess>();
    region->client = api;
    region->api = *http::parse_url("https://api.example");
    defender::TokenAsk ask;
    ask.authority = *http::parse_url("https://login.example");
    region->tokens = std::make_shared<SecretTokens>(clock, api, std::move(ask),
                                                    [this]() -> Result<Secret> { return secret; });
    accesses.regions["eu"] = region;
    webhook = std::make_shared<WebhookAccess>();
    webhook->client = receiver;
    webhook->target.url = *http::parse_url("https://hooks.example/T0/secret");
    accesses.webhooks["soc"] = webhook;
    runner = std::make_unique<CommandRunner>(clock, accesses, metrics, [this](core::Event event) {
      posted.push_back(std::move(event));
    });
  }

  void start(core::Command command) {
    std::visit(
        [this](auto& asked) {
          if constexpr (requires { runner->calls.run(std::move(asked)); }) {
            reads.spawn(runner->calls.run(std::move(asked)));
          } else if constexpr (requires { runner->deliveries.run(std::move(asked)); }) {
            deliveries.spawn(runner->deliveries.run(std::move(asked)));
          } else {
            ADD_FAILURE() << "a read of the store";
          }
        },
        command);
  }
  void cancel() {
    loop.on_loop([&] {
      reads.cancel();
      deliveries.cancel();
    });
  }
  /// Runs until all wait for something.
  void poll() {
    loop.context.restart();
    loop.context.poll();
  }
  void finish() { loop.finish(); }
  /// The outcome of the only event.
  [[nodiscard]] Outcome outcome() const {
    EXPECT_EQ(posted.size(), 1U);
    return posted.empty() ? Outcome() : outcome_of(posted.front());
  }

  core::SendDelivery delivery(std::uint64_t id = 7) const {
    return {{id}, "soc", test::failed_isolation(), 1, clock.time.mono + std::chrono::seconds(15)};
  }
  core::ListActions list(std::uint64_t id = 7) const {
    return {{id},
            "eu",
            {},
            Secret("token"),
            clock.time.mono + std::chrono::seconds(60),
            clock.time.mono + std::chrono::seconds(10)};
  }

  test::Loop loop;
  test::StillClock clock;
  ops::Metrics metrics{"0", {"eu"}, {"soc"}};
  std::shared_ptr<test::FakeClient> api = std::make_shared<test::FakeClient>();
  std::shared_ptr<test::FakeClient> receiver = std::make_shared<test::FakeClient>();
  Result<Secret> secret = Secret("app secret");
  std::shared_ptr<WebhookAccess> webhook;
  Accesses accesses;
  std::vector<core::Event> posted;
  int failures = 0;
  TaskGroup reads{loop.context.get_executor(), [this](auto&&...) { ++failures; }, [] {}};
  TaskGroup deliveries{loop.context.get_executor(), [this](auto&&...) { ++failures; }, [] {}};
  std::unique_ptr<CommandRunner> runner;
};

}  // namespace mactiond::runtime
