#include "sim/api_model.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace mactiond::sim {
namespace {

using std::chrono::seconds;

constexpr WallTime kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 20)};
const std::string kMachine(40, 'a');

class ApiModelTest : public testing::Test {
 protected:
  ApiModelTest() { token_ = api_.serve(core::FetchToken{}, kStart).token; }

  ApiModel& api() { return api_; }
  StartAnswer start(const ActionRequest& request = Offboard{}) {
    core::StartAction command;
    command.machine = kMachine;
    command.request = request;
    command.comment = "c [sub_1]";
    command.token = token_;
    return api_.serve(command, kStart + seconds(1)).answer;
  }

 private:
  ApiModel api_{ApiOptions{}, 1};
  Secret token_;
};

TEST_F(ApiModelTest, StartsWhatTheRequestSays) {
  LiveResponse response;
  response.commands = {{LiveResponseCommand::Kind::RunScript, "a.ps1", "-x"}};
  struct Row {
    ActionRequest request;
    const char* type;
  };
  const std::string sha1(40, '7');
  for (const Row& row :
       {Row{CollectPackage{}, "CollectInvestigationPackage"},
        Row{Isolate{Isolate::Scope::Selective}, "Isolate"}, Row{Unisolate{}, "Unisolate"},
        Row{RestrictCodeExecution{}, "RestrictCodeExecution"},
        Row{UnrestrictCodeExecution{}, "UnrestrictCodeExecution"},
        Row{RunScan{RunScan::Scope::Full}, "RunAntiVirusScan"}, Row{Offboard{}, "Offboard"},
        Row{QuarantineFile{sha1}, "StopAndQuarantineFile"}, Row{response, "LiveResponse"}}) {
    SCOPED_TRACE(row.type);
    const StartAnswer answer = start(row.request);
    EXPECT_EQ(answer.outcome.status, 201);
    ASSERT_TRUE(answer.action);
    EXPECT_EQ(answer.action->type.text(), row.type);
    EXPECT_EQ(answer.action->requestor_comment, "c [sub_1]");
    EXPECT_EQ(api().starts().back().made, answer.action->id);
  }
  EXPECT_EQ(api().ledger().calls(Operation::LiveResponse), 1U);
  EXPECT_EQ(api().ledger().calls(Operation::Create), 8U);
}

TEST_F(ApiModelTest, KeepsWhatARequestHolds) {
  LiveResponse response;
  response.commands = {{LiveResponseCommand::Kind::PutFile, "a.exe", ""},
                       {LiveResponseCommand::Kind::RunScript, "a.ps1", "-x"}};
  const auto current = [this](const StartAnswer& answer) {
    return api().model().current(answer.action->id)->entity();
  };
  EXPECT_EQ(current(start(Isolate{Isolate::Scope::UnManagedDevice})).scope, "UnManagedDevice");
  EXPECT_EQ(current(start(QuarantineFile{std::string(40, '7')})).sha1, std::string(40, '7'));
  const auto commands = current(start(response)).commands;
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(commands[0].params.front().first, "FileName");
  EXPECT_EQ(commands[1].params.back().second, "-x");
}

TEST_F(ApiModelTest, LosesAnAnswerBeforeTheEffect) {
  api().faults().add({Fault::Closed, Operation::Create, 1, 0});
  const StartAnswer answer = start();
  EXPECT_EQ(answer.outcome.verdict, Verdict::Retry);
  EXPECT_EQ(answer.outcome.status, 0);
  EXPECT_FALSE(api().starts().back().made);
  EXPECT_EQ(api().model().size(), 0U);
}

TEST_F(ApiModelTest, LosesAnAnswerAfterTheEffect) {
  api().faults().add({Fault::Closed, Operation::Create, 1, 0, true});
  const StartAnswer answer = start();
  EXPECT_EQ(answer.outcome.verdict, Verdict::Retry);
  EXPECT_FALSE(answer.action);
  EXPECT_TRUE(api().starts().back().made);
  EXPECT_EQ(api().model().size(), 1U);
}

TEST_F(ApiModelTest, StartsNothingWhileItThrottles) {
  api().faults().add({Fault::Throttled, Operation::Create, 3, 0});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(start().outcome.status, 429);
  EXPECT_EQ(api().model().size(), 0U);
  EXPECT_EQ(start().outcome.status, 201);
}

TEST_F(ApiModelTest, ReturnsTheActionInTheWayOrRefuses) {
  ASSERT_TRUE(start().action);
  const StartAnswer refused = start();
  EXPECT_EQ(refused.outcome.status, 400);
  EXPECT_TRUE(refused.busy);
  EXPECT_FALSE(api().starts().back().made);
  Traits traits = api().model().traits();
  traits.duplicate = Duplicate::ReturnFirst;
  api().model().set_traits(traits);
  const StartAnswer answer = start();
  ASSERT_TRUE(answer.action);
  EXPECT_EQ(answer.action->id, *api().starts().front().made);
  EXPECT_FALSE(api().starts().back().made);
}

}  // namespace
}  // namespace mactiond::sim
