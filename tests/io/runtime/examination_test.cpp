#include "runtime/examination.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/net/loop.hpp"
#include "io/runtime/fake_client.hpp"
#include "io/runtime/still_clock.hpp"
#include "runtime/task_group.hpp"

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;
using doctor::Check;
using testing::HasSubstr;

/// Gives out the same answer for ever.
class FixedTokens final : public TokenSource {
 public:
  Task<TokenAnswer> fetch(MonoTime /*deadline*/) override { co_return answer; }
  TokenAnswer answer;
};

class ExaminationTest : public testing::Test {
 protected:
  ExaminationTest() {
    tokens_->answer.token = Secret("t");
    tokens_->answer.lifetime = 1h;
  }

  /// Its API refuses connections; its login server is not asked.
  ExaminedRegion region(const std::string& host = "127.0.0.1") {
    ExaminedRegion made;
    made.name = "eu";
    made.options.client.lookup = [this](const std::string&) -> Result<net::Addresses> {
      ++lookups_;
      return Error(Errc::ResolveFailed, "no such name");
    };
    made.api = {"http", host, "1", "/"};
    made.access = std::make_shared<RegionAccess>();
    made.access->client = std::make_shared<test::FakeClient>();
    made.access->tokens = tokens_;
    return made;
  }
  static ExaminedWebhook webhook(int number) {
    ExaminedWebhook made;
    made.name = "w" + std::to_string(number);
    made.url = {"http", "127.0.0.1", "1", "/"};
    return made;
  }

  void start(std::vector<Examined> targets, bool send = false) {
    Examination::Parts parts{loop_.context.get_executor(),
                             clock_,
                             deliveries_,
                             "soc1",
                             [this](const std::string& name, const Secret&) { return list(name); },
                             send};
    std::make_shared<Examination>(std::move(parts), std::move(targets))
        ->start([this](Task<void> task) { tasks_.spawn(std::move(task)); },
                [this](doctor::Checks checks) {
                  ++ends_;
                  checks_ = std::move(checks);
                });
  }
  doctor::Checks examine(std::vector<Examined> targets, bool send = false) {
    start(std::move(targets), send);
    loop_.finish();
    EXPECT_EQ(ends_, 1);
    return checks_;
  }
  Task<ListTrial> list(std::string name) {
    listed_.push_back(std::move(name));
    co_return trial_;
  }

  test::Loop loop_;
  test::StillClock clock_;
  ops::Metrics metrics_{"0.1.0", {"eu"}, {}, {}};
  Deliveries deliveries_{clock_, {}, metrics_, [](const core::Event&) {}};
  std::shared_ptr<FixedTokens> tokens_ = std::make_shared<FixedTokens>();
  TaskGroup tasks_{loop_.context.get_executor(),
                   [](const std::exception_ptr& failure) { std::rethrow_exception(failure); },
                   [] {}};
  ListTrial trial_;
  std::vector<std::string> listed_;
  int lookups_ = 0;
  int ends_ = 0;
  doctor::Checks checks_;
};

TEST_F(ExaminationTest, OfNothingEndsAtOnce) {
  start({});
  EXPECT_EQ(ends_, 1);
  EXPECT_TRUE(checks_.empty());
}

TEST_F(ExaminationTest, ReportsInTheOrderOfItsTargets) {
  std::vector<Examined> targets;
  for (int i = 0; i < 20; ++i) targets.emplace_back(webhook(i));
  const doctor::Checks checks = examine(std::move(targets), true);
  std::vector<std::string> names;
  for (const Check& check : checks) {
    if (!check.ok) names.push_back(check.name + ' ' + check.check);
  }
  ASSERT_EQ(names.size(), 20U) << "no test is sent to what is not reached";
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(names[static_cast<std::size_t>(i)], "w" + std::to_string(i) + " connection");
  }
}

TEST_F(ExaminationTest, AsksForNoListWhereTheApiIsNotReached) {
  const doctor::Checks checks = examine({region()});
  EXPECT_TRUE(listed_.empty());
  EXPECT_EQ(checks.back().check, "token") << "the login is another way";
}

TEST_F(ExaminationTest, LeavesOutWhatDependsOnAFault) {
  tokens_->answer.outcome.verdict = Verdict::GiveUp;
  tokens_->answer.outcome.reason = Reason::Auth;
  tokens_->answer.outcome.detail = "AADSTS7000215: wrong; copy Value";
  ExaminedRegion with_login = region("nowhere.example");
  with_login.authority = http::Url{"https", "login.example", "443", "/"};
  const doctor::Checks checks = examine({std::move(with_login)});
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_EQ(checks[0].check, "login-name");
  EXPECT_EQ(checks[1].check, "api-name");
  EXPECT_EQ(lookups_, 2);
}

TEST_F(ExaminationTest, EndsSoonWhereItIsCancelled) {
  std::vector<Examined> targets;
  for (int i = 0; i < 20; ++i) targets.emplace_back(webhook(i));
  start(std::move(targets));
  loop_.on_loop([this] { tasks_.cancel(); });
  loop_.finish();
  EXPECT_EQ(ends_, 1);
  EXPECT_TRUE(tasks_.empty());
  EXPECT_FALSE(doctor::all_ok(checks_));
}

}  // namespace
}  // namespace mactiond::runtime
