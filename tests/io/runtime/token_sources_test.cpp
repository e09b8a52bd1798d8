#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/net/loop.hpp"
#include "io/runtime/fake_client.hpp"
#include "io/runtime/still_clock.hpp"
#include "runtime/federated_tokens.hpp"
#include "runtime/managed_identity_tokens.hpp"
#include "runtime/task_group.hpp"

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;
using test::FakeClient;
using test::response;
using testing::HasSubstr;

constexpr const char* kToken = R"({"access_token":"t1","expires_in":"3599","token_type":"Bearer"})";

http::Response challenge(const std::string& path) {
  http::Response answer = response(401);
  answer.headers = {{"WWW-Authenticate", "Basic realm=" + path}};
  return answer;
}

struct Identity : testing::Test {
  void make(defender::IdentityService service) {
    IdentityParts parts;
    parts.client = client;
    parts.service = service;
    parts.ask.audience = "https://api.example";
    parts.read_variables = [this] { return variables; };
    parts.read_arc_key = [this](const std::string& name) -> Result<Secret> {
      keys_read.push_back(name);
      return key;
    };
    parts.pause = [this](Duration time) { return pause(time); };
    tokens = std::make_unique<ManagedIdentityTokens>(clock, std::move(parts));
  }
  Task<void> pause(Duration time) {
    slept.push_back(time);
    clock.time.mono += time;
    co_return;
  }
  TokenAnswer fetch() { return loop.run(tokens->fetch(clock.time.mono + 30s)); }

  test::Loop loop;
  test::StillClock clock;
  std::shared_ptr<FakeClient> client = std::make_shared<FakeClient>();
  defender::IdentityVariables variables;
  Result<Secret> key = Secret("a key");
  std::vector<std::string> keys_read;
  std::vector<Duration> slept;
  std::unique_ptr<ManagedIdentityTokens> tokens;
};

TEST_F(Identity, OneRequestBringsTheTokenOfAVirtualMachine) {
  make(defender::IdentityService::Vm);
  client->script = {response(200, kToken)};
  const TokenAnswer answer = fetch();
  EXPECT_TRUE(answer.outcome.ok());
  EXPECT_EQ(answer.token.reveal(), "t1");
  EXPECT_EQ(answer.lifetime, 3599s);
  ASSERT_EQ(client->sent.size(), 1U);
  EXPECT_LE(client->sent.front().limits.timeout, 10s);
  EXPECT_TRUE(slept.empty());
}

TEST_F(Identity, TheVariablesAreReadForEachToken) {
  make(defender::IdentityService::AppService);
  const TokenAnswer without = fetch();
  EXPECT_EQ(without.outcome.reason, Reason::Auth);
  EXPECT_FALSE(without.asked);
  EXPECT_TRUE(client->sent.empty());
  variables.identity_endpoint = "http://127.0.0.1:1/msi";
  variables.identity_header = Secret("h");
  client->script = {response(200, kToken)};
  EXPECT_TRUE(fetch().outcome.ok());
}

TEST_F(Identity, PassingTroubleIsTriedAgainWithinOneFetch) {
  make(defender::IdentityService::Vm);
  client->script = {response(404), Error(Errc::DeadlineExceeded, "169.254.169.254"), response(503),
                    response(200, kToken)};
  EXPECT_TRUE(fetch().outcome.ok());
  EXPECT_EQ(slept, (std::vector<Duration>{1s, 2s, 4s}));
  client->script = {response(500), response(500), response(500), response(500)};
  EXPECT_EQ(fetch().outcome.reason, Reason::ServerError);
  EXPECT_EQ(client->sent.size(), 8U);
}

TEST_F(Identity, ARefusalOrARedirectIsNotTriedAgain) {
  make(defender::IdentityService::Vm);
  for (const int status : {302, 400, 401, 403}) {
    client->sent.clear();
    client->script = {response(status)};
    EXPECT_EQ(fetch().outcome.verdict, Verdict::GiveUp) << status;
    EXPECT_EQ(client->sent.size(), 1U) << status;
  }
}

// The engine asks again after 5 s and 10 s, or what the answer names; after the third failure it
// reports the region.
TEST_F(Identity, AnUpdateOf70SecondsEndsBeforeTheThirdFailure) {
  make(defender::IdentityService::Vm);
  const MonoTime updated = clock.time.mono + 70s;
  client->respond = [&](const http::Request&) -> FakeClient::Step {
    return clock.time.mono < updated ? response(410) : response(200, kToken);
  };
  const MonoTime begun = clock.time.mono;
  int failures = 0;
  TokenAnswer answer = fetch();
  while (!answer.outcome.ok() && failures < 10) {
    ++failures;
    EXPECT_EQ(answer.outcome.status, 410);
    EXPECT_EQ(answer.outcome.verdict, Verdict::Retry);
    EXPECT_THAT(answer.outcome.detail, HasSubstr("is being updated"));
    const Duration backoff = failures * 5s;
    clock.time.mono += std::max(backoff, answer.outcome.retry_after.value_or(Duration{}));
    answer = fetch();
  }
  EXPECT_TRUE(answer.outcome.ok());
  EXPECT_EQ(failures, 2);
  EXPECT_LE(clock.time.mono - begun, 80s);
  EXPECT_LE(client->sent.size(), 12U);
}

TEST_F(Identity, ArcIsAnsweredWithTheKeyOfItsChallenge) {
  make(defender::IdentityService::Arc);
  client->script = {challenge("/var/opt/azcmagent/tokens/k1.key"), response(200, kToken)};
  EXPECT_EQ(fetch().token.reveal(), "t1");
  EXPECT_EQ(keys_read, (std::vector<std::string>{"k1.key"}));
  ASSERT_EQ(client->sent.size(), 2U);
  EXPECT_TRUE(client->sent.front().request.authorization.empty());
  EXPECT_EQ(client->sent.back().request.authorization.reveal(), "Basic a key");
}

TEST_F(Identity, ArcsKeyIsNotReadWhereTheChallengeNamesAnotherPlace) {
  make(defender::IdentityService::Arc);
  for (const char* path : {"/etc/shadow", "/etc/x.key", "/var/opt/azcmagent/tokens/../x.key",
                           "/var/opt/azcmagent/tokens/x.pem"}) {
    client->sent.clear();
    client->script = {challenge(path)};
    const TokenAnswer answer = fetch();
    EXPECT_FALSE(answer.outcome.ok()) << path;
    EXPECT_THAT(answer.outcome.detail, HasSubstr("was not read")) << path;
    EXPECT_EQ(client->sent.size(), 1U) << path;
  }
  EXPECT_TRUE(keys_read.empty());
}

TEST_F(Identity, AKeyThatCannotBeUsedIsNotSent) {
  make(defender::IdentityService::Arc);
  key = Error(Errc::PathNotUsable, "k1.key: it is a symbolic link");
  client->script = {challenge("/var/opt/azcmagent/tokens/k1.key")};
  const TokenAnswer answer = fetch();
  EXPECT_EQ(answer.outcome.reason, Reason::Auth);
  EXPECT_THAT(answer.outcome.detail, HasSubstr("symbolic link"));
  EXPECT_EQ(client->sent.size(), 1U);
}

TEST_F(Identity, ATokenOfArcWithoutAChallengeIsNotTaken) {
  make(defender::IdentityService::Arc);
  client->respond = [](const http::Request&) -> FakeClient::Step { return response(200, kToken); };
  const TokenAnswer answer = fetch();
  EXPECT_FALSE(answer.outcome.ok());
  EXPECT_TRUE(answer.token.empty());
  EXPECT_THAT(answer.outcome.detail, HasSubstr("no challenge"));
}

TEST_F(Identity, AWaitEndsWhenTheTaskIsCancelled) {
  IdentityParts parts;
  parts.client = client;
  parts.service = defender::IdentityService::Vm;
  parts.read_variables = [this] { return variables; };
  parts.pause = pause_for;
  ManagedIdentityTokens source(clock, std::move(parts));
  client->script = {response(429)};
  std::vector<Reason> ended;
  TaskGroup group(
      loop.context.get_executor(), [](auto&&...) { ADD_FAILURE(); }, [] {});
  struct Fetching {
    static Task<void> run(ManagedIdentityTokens& source, MonoTime deadline,
                          std::vector<Reason>& ended) {
      co_await boost::asio::this_coro::throw_if_cancelled(false);
      const TokenAnswer answer = co_await source.fetch(deadline);
      ended.push_back(answer.outcome.reason);
    }
  };
  group.spawn(Fetching::run(source, clock.time.mono + 30s, ended));
  loop.context.restart();
  loop.context.poll();
  EXPECT_TRUE(ended.empty());
  loop.on_loop([&] { group.cancel(); });
  loop.finish();
  EXPECT_EQ(ended, (std::vector<Reason>{Reason::Stopped}));
  EXPECT_EQ(client->sent.size(), 1U);
}

TEST(FederatedTokens, TheTokenIsReadForEachRequest) {
  test::Loop loop;
  const test::StillClock clock;
  auto client = std::make_shared<FakeClient>();
  std::deque<Result<Secret>> file = {Secret("first"), Secret("second"),
                                     Error(Errc::InvalidSecret, "/run/token: No such file")};
  defender::TokenAsk ask{*http::parse_url("https://login.example"), "t1", "c1", "https://api"};
  FederatedTokens tokens(clock, client, ask, [&file]() -> Result<Secret> {
    Result<Secret> next = file.front();
    file.pop_front();
    return next;
  });
  client->script = {response(200, kToken), response(200, kToken)};
  const MonoTime deadline = clock.now().mono + 30s;
  EXPECT_TRUE(loop.run(tokens.fetch(deadline)).outcome.ok());
  EXPECT_TRUE(loop.run(tokens.fetch(deadline)).outcome.ok());
  const TokenAnswer missing = loop.run(tokens.fetch(deadline));
  EXPECT_EQ(missing.outcome.reason, Reason::Auth);
  EXPECT_FALSE(missing.asked);
  EXPECT_THAT(missing.outcome.detail, HasSubstr("/run/token"));
  ASSERT_EQ(client->sent.size(), 2U);
  EXPECT_THAT(client->sent.front().request.body, HasSubstr("client_assertion=first"));
  EXPECT_THAT(client->sent.back().request.body, HasSubstr("client_assertion=second"));
}

}  // namespace
}  // namespace mactiond::runtime
