#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include "action/machine_query.hpp"
#include "defender/action_requests.hpp"
#include "defender/api.hpp"
#include "defender/codec.hpp"
#include "defender/link_answer.hpp"
#include "defender/link_requests.hpp"
#include "defender/machine_answer.hpp"
#include "defender/machine_requests.hpp"
#include "defender/oauth.hpp"
#include "mactionsim/simulator.hpp"

// The daemon's own requests and readers against the stand-in, without a wire between them.
namespace mactiond::sim {
namespace {

using std::chrono::seconds;

const std::string kMachine(40, 'a');

class SteppedClock final : public Clock {
 public:
  SteppedClock() { now_.wall = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 20)); }
  [[nodiscard]] Now now() const override { return now_; }
  void pass(Duration time) { now_.mono += time; }

 private:
  Now now_;
};

class Client : public testing::Test {
 protected:
  Client() {
    defender::TokenAsk credential;
    credential.authority = *http::parse_url("https://login.microsoftonline.com");
    credential.tenant_id = settings_.entra.tenant_id;
    credential.client_id = settings_.entra.client_id;
    credential.audience = settings_.entra.audiences.front();
    const Secret secret(settings_.entra.client_secret);
    const std::string answer = send(defender::secret_request(credential, secret)).body;
    const auto token = defender::parse_token(answer, clock_.now().wall);
    if (token) token_ = token->value;
  }

  Reply send(const http::Request& request) { return simulator_.on(to_call(request)); }
  void control(const std::string& path, const std::string& body) {
    EXPECT_LT(simulator_.on({"POST", "/_sim/" + path, {}, body}).status, 300) << path;
  }
  Reply start(const ActionRequest& request) {
    return send(defender::start_request(api_, kMachine, request, "c [sub_1]", token_));
  }
  void pass(Duration time) { clock_.pass(time); }
  const http::Url& api() const { return api_; }
  const Secret& token() const { return token_; }

 private:
  SteppedClock clock_;
  Settings settings_;
  Simulator simulator_{settings_, clock_};
  http::Url api_ = *http::parse_url("https://api.security.microsoft.com");
  Secret token_;
};

LiveResponse three_commands() {
  using Kind = LiveResponseCommand::Kind;
  LiveResponse response;
  response.commands = {
      {Kind::PutFile, "a.exe", ""}, {Kind::RunScript, "a.ps1", "-x"}, {Kind::GetFile, "C:\\a", ""}};
  return response;
}

TEST_F(Client, StartsAndCancelsEveryTypeOfAction) {
  for (const ActionRequest& request :
       {ActionRequest{CollectPackage{}}, ActionRequest{Isolate{}}, ActionRequest{Unisolate{}},
        ActionRequest{RestrictCodeExecution{}}, ActionRequest{UnrestrictCodeExecution{}},
        ActionRequest{RunScan{}}, ActionRequest{Offboard{}},
        ActionRequest{QuarantineFile{std::string(40, '7')}}, ActionRequest{three_commands()}}) {
    SCOPED_TRACE(type_of(request).text());
    const Reply reply = start(request);
    EXPECT_EQ(reply.status, 201) << reply.body;
    const auto made = defender::parse_action(reply.body);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->type, type_of(request));
    EXPECT_EQ(made->requestor_comment, "c [sub_1]");
    EXPECT_EQ(start(request).status, 400);
    const Reply cancelled = send(defender::cancel_request(api(), made->id, "enough", token()));
    EXPECT_EQ(cancelled.status, 200) << cancelled.body;
    const auto ended = defender::parse_action(cancelled.body);
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->status.text(), "Cancelled");
  }
}

TEST_F(Client, FetchesAPackageByItsLink) {
  const auto made = defender::parse_action(start(CollectPackage{}).body);
  ASSERT_TRUE(made);
  EXPECT_EQ(send(defender::package_link_request(api(), made->id, token())).status, 404);
  pass(seconds(100));
  const Reply reply = send(defender::package_link_request(api(), made->id, token()));
  const auto link = defender::parse_link(reply.body);
  ASSERT_TRUE(link) << reply.body;
  http::Request download;
  download.url = *http::parse_url(link->reveal());
  EXPECT_TRUE(send(download).body.starts_with("PK"));
  download.headers.push_back({"Range", "bytes=2-"});
  EXPECT_EQ(send(download).status, 206);
}

TEST_F(Client, FetchesTheResultsOfALiveResponse) {
  control("faults", R"({"link_entities": true, "script_output": "hello"})");
  const auto made = defender::parse_action(start(three_commands()).body);
  ASSERT_TRUE(made);
  pass(seconds(100));
  EXPECT_EQ(send(defender::result_link_request(api(), made->id, 0, token())).status, 404);
  const Reply reply = send(defender::result_link_request(api(), made->id, 1, token()));
  const auto link = defender::parse_link(reply.body);
  ASSERT_TRUE(link) << reply.body;
  http::Request download;
  download.url = *http::parse_url(link->reveal());
  EXPECT_NE(send(download).body.find(R"("script_output":"hello")"), std::string::npos);
}

TEST_F(Client, FindsAMachineByItsNameAndByAnAlert) {
  control("machines", R"({"id": ")" + kMachine +
                          R"(", "computerDnsName": "pc1.contoso.com", "machineTags": ["vip"],)"
                          R"("mergedIntoMachineId": "b", "isPotentialDuplication": true})");
  control("alerts", R"({"id": "da1_-1", "machineId": ")" + kMachine + R"("})");
  for (const MachineQuery& query : {MachineQuery{MachineQuery::Kind::Name, "pc1.contoso.com"},
                                    MachineQuery{MachineQuery::Kind::FirstLabel, "pc1"}}) {
    const Reply reply = send(defender::machines_request(api(), query, token()));
    const auto page = defender::parse_machines(reply.body, {});
    ASSERT_TRUE(page) << reply.body;
    ASSERT_EQ(page->machines.size(), 1U);
    EXPECT_EQ(page->machines.front().tags, std::vector<std::string>{"vip"});
  }
  const auto machine =
      defender::parse_machine(send(defender::machine_request(api(), kMachine, token())).body);
  ASSERT_TRUE(machine);
  EXPECT_EQ(machine->merged_into, "b");
  EXPECT_TRUE(machine->potential_duplicate);
  const auto alert =
      defender::parse_alert(send(defender::alert_request(api(), "da1_-1", token())).body);
  ASSERT_TRUE(alert);
  EXPECT_EQ(alert->machine_id, kMachine);
  const auto device =
      defender::parse_machine(send(defender::alert_machine_request(api(), "da1_-1", token())).body);
  ASSERT_TRUE(device);
  EXPECT_EQ(device->id, kMachine);
}

}  // namespace
}  // namespace mactiond::sim
