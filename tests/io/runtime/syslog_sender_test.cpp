#include "runtime/syslog_sender.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/net/loop.hpp"
#include "io/runtime/other_program.hpp"
#include "runtime/task_group.hpp"
#include "support/event_samples.hpp"
#include "unit/config/config_text.hpp"

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;

struct SyslogSenderTest : testing::Test {
  SyslogSenderTest() {
    auto opened = store::Store::open(directory.path());
    EXPECT_TRUE(opened);
    store = std::make_unique<store::Store>(std::move(*opened));
  }

  void add(std::uint64_t seq, const std::string& region = "eu") {
    core::Batch batch;
    core::EventRecord event = test::event_of(core::EventType::RegionDegraded, R"("reason":"r")");
    event.seq = seq;
    event.id = "ma_" + std::to_string(seq);
    event.region = region;
    batch.events.push_back(event);
    ASSERT_TRUE(store->commit(batch));
    if (sender) sender->notify();
  }

  void start() {
    SyslogSender::Receiver receiver;
    receiver.name = "siem";
    receiver.filter.region = {"eu"};
    receiver.send = [this](std::string octets) { return send(std::move(octets)); };
    sender = std::make_unique<SyslogSender>(loop.context.get_executor(), *store,
                                            std::move(receiver), 1, 42);
    tasks.spawn(sender->run());
  }

  Task<Result<void>> send(std::string octets) {
    sent.push_back(std::move(octets));
    if (refuse) co_return Error(Errc::ConnectionFailed, "siem");
    co_return Result<void>();
  }

  template <class Condition>
  [[nodiscard]] bool until(Condition holds) {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!holds() && std::chrono::steady_clock::now() < deadline) {
      loop.context.restart();
      loop.context.run_for(5ms);
    }
    return holds();
  }
  void stop() {
    loop.on_loop([&] { tasks.cancel(); });
    EXPECT_TRUE(until([&] { return tasks.empty(); }));
  }
  [[nodiscard]] std::optional<std::uint64_t> position() {
    return store->load_syslog_position("siem").value();
  }
  void execute(const char* sql) const { test::OtherProgram(directory.path()).run(sql); }

  config::TempDirectory directory;
  test::Loop loop;
  std::unique_ptr<store::Store> store;
  TaskGroup tasks{loop.context.get_executor(), [](auto&&...) { ADD_FAILURE(); }, [] {}};
  std::unique_ptr<SyslogSender> sender;
  std::vector<std::string> sent;
  bool refuse = false;
};

TEST_F(SyslogSenderTest, SendsInOrderAndKeepsItsPosition) {
  add(1);
  add(2);
  start();
  ASSERT_TRUE(until([&] { return sent.size() == 1; })) << "both in one chunk";
  EXPECT_LT(sent[0].find("ma_1"), sent[0].find("ma_2"));
  EXPECT_TRUE(until([&] { return position() == 3; }));
  add(3);
  EXPECT_TRUE(until([&] { return position() == 4; }));
  EXPECT_EQ(sender->status(3).queued, 0U);
  stop();
}

TEST_F(SyslogSenderTest, SendsAgainWhatWasNotTaken) {
  refuse = true;
  add(1);
  start();
  ASSERT_TRUE(until([&] { return !sent.empty(); }));
  EXPECT_NE(position(), 2U);
  EXPECT_EQ(sender->status(1).queued, 1U);
  refuse = false;
  EXPECT_TRUE(until([&] { return position() == 2; }));
  EXPECT_EQ(sent.front(), sent.back());
  stop();
}

TEST_F(SyslogSenderTest, PassesEventsThatNobodyAskedFor) {
  add(1, "us");
  add(2, "eu");
  start();
  ASSERT_TRUE(until([&] { return position() == 3; }));
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].find("ma_1"), std::string::npos);
  stop();
}

TEST_F(SyslogSenderTest, EndsWhenCancelledWhileItWaitsToTryAgain) {
  refuse = true;
  add(1);
  start();
  ASSERT_TRUE(until([&] { return !sent.empty(); }));
  stop();
}

TEST_F(SyslogSenderTest, AReadThatFailedIsTriedAgainWithoutANewEvent) {
  add(1);
  execute("ALTER TABLE event RENAME TO event_away");
  start();
  for (int i = 0; i < 10; ++i) loop.context.run_for(5ms);
  EXPECT_TRUE(sent.empty());
  execute("ALTER TABLE event_away RENAME TO event");
  EXPECT_TRUE(until([&] { return sent.size() == 1; }));
  stop();
}

}  // namespace
}  // namespace mactiond::runtime
