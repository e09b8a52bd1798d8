#include "admin/api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "http/host_check.hpp"
#include "unit/admin/fake_backend.hpp"

namespace mactiond::admin {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

core::EngineStatus busy_status() {
  core::EngineStatus status;
  core::RegionStatus region;
  region.name = "eu";
  region.state = core::RegionState::Ok;
  region.open_actions = 3;
  region.oldest_open = 2h;
  region.next_try = 1ms;
  region.last_poll_age = 2500ms;
  region.quota = {12, 100, 340, 1500};
  region.strategy = "changes";
  region.credential_end = std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + 10h;
  region.credential_left = -1min;
  region.missing_permissions = {"Machine.Isolate"};
  status.regions = {region};
  region.name = "us";
  region.state = core::RegionState::Degraded;
  region.reason = "auth: invalid_client AADSTS7000215";
  region.last_poll_age.reset();
  region.oldest_open.reset();
  region.credential_end.reset();
  region.credential_left.reset();
  region.missing_permissions.clear();
  region.next_try = 40s;
  region.quota.hour_is = core::Count::AtMost;
  status.regions.push_back(region);
  status.webhooks = {{"soc", core::WebhookState::Paused, 7, 1, 2, "client_error 404", false}};
  status.last_seq = 4711;
  return status;
}

FakeBackend busy_daemon() {
  FakeBackend backend;
  backend.engine = busy_status();
  return backend;
}

http::Request request(const std::string& target, const std::string& method = "GET") {
  http::Request request;
  request.method = method;
  request.url.target = target;
  return request;
}

std::string header(const http::Response& response, std::string_view name) {
  return std::string(http::find_header(response.headers, name).value_or("absent"));
}

TEST(StatusEndpoint, ShowsWhatTheContractNames) {
  FakeBackend backend = busy_daemon();
  const auto response = backend.ask("/v1/status");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header(response, "content-type"), "application/json");
  const auto status = boost::json::parse(response.body).as_object();
  EXPECT_EQ(status.at("version"), "0.1.0");
  EXPECT_EQ(status.at("instance"), "soc1");
  EXPECT_EQ(status.at("uptime_s"), 90);
  EXPECT_EQ(status.at("cancelling"), "off");
  EXPECT_EQ(status.at("submitting"), "off");
  EXPECT_EQ(status.at("last_seq"), 4711);

  const auto& eu = status.at("regions").as_array().at(0).as_object();
  EXPECT_EQ(eu.at("name"), "eu");
  EXPECT_EQ(eu.at("state"), "ok");
  EXPECT_TRUE(eu.at("reason").is_null());
  EXPECT_EQ(eu.at("open_actions"), 3);
  EXPECT_EQ(eu.at("last_poll_age_s"), 2);
  EXPECT_EQ(eu.at("oldest_open_s"), 7200);
  EXPECT_EQ(eu.at("credential_expires"), "2026-11-20T10:00:00Z");
  EXPECT_EQ(eu.at("credential_left_s"), -60);
  EXPECT_EQ(eu.at("missing_permissions"), (boost::json::array{"Machine.Isolate"}));
  EXPECT_EQ(eu.at("next_try_s"), 1) << "0 is for an attempt in progress";
  const auto& quota = eu.at("quota").as_object();
  EXPECT_EQ(quota.at("minute_used"), 12);
  EXPECT_EQ(quota.at("minute_limit"), 100);
  EXPECT_EQ(quota.at("hour_used"), 340);
  EXPECT_EQ(quota.at("hour_limit"), 1500);
  EXPECT_EQ(quota.at("hour_used_is"), "exact");

  const auto& us = status.at("regions").as_array().at(1).as_object();
  EXPECT_EQ(us.at("state"), "degraded");
  EXPECT_EQ(us.at("reason"), "auth: invalid_client AADSTS7000215");
  EXPECT_TRUE(us.at("last_poll_age_s").is_null());
  EXPECT_TRUE(us.at("oldest_open_s").is_null());
  EXPECT_EQ(us.at("next_try_s"), 40);
  EXPECT_TRUE(us.at("credential_expires").is_null());
  EXPECT_TRUE(us.at("credential_left_s").is_null());
  EXPECT_TRUE(us.at("missing_permissions").as_array().empty());
  EXPECT_EQ(us.at("quota").as_object().at("hour_used_is"), "at_most");

  const auto& soc = status.at("webhooks").as_array().at(0).as_object();
  EXPECT_EQ(soc.at("name"), "soc");
  EXPECT_EQ(soc.at("state"), "paused");
  EXPECT_EQ(soc.at("queued"), 7);
  EXPECT_EQ(soc.at("dead"), 1);
  EXPECT_EQ(soc.at("reason"), "client_error 404");
  EXPECT_EQ(soc.at("paused_by_operator"), false);
}

TEST(StatusEndpoint, CountsTheSubmissionsThatHaveNotEnded) {
  FakeBackend backend = busy_daemon();
  backend.engine.submitting = true;
  backend.engine.regions[0].submissions = {4, 3, 2, 1};
  const auto status = backend.json("/v1/status");
  EXPECT_EQ(status.at("submitting"), "on");
  const auto& eu = status.at("regions").as_array().at(0).as_object();
  EXPECT_EQ(eu.at("submissions"),
            (boost::json::object{{"queued", 4}, {"waiting", 3}, {"sent", 2}, {"submitted", 1}}));
  EXPECT_EQ(answer_monitor(request("/readyz"), backend, {}).status, 200);
}

TEST(StatusEndpoint, StaysValidJsonWhateverAReasonHolds) {
  FakeBackend backend = busy_daemon();
  backend.engine.regions[1].reason = "a\"b\\c\n\x01\xff";
  const auto response = backend.ask("/v1/status");
  const auto status = boost::json::parse(response.body).as_object();
  EXPECT_EQ(status.at("regions").as_array().at(1).as_object().at("reason"),
            "a\"b\\c\n\x01\xef\xbf\xbd");
}

TEST(StatusEndpoint, HasEmptyListsWithoutRegionsAndWebhooks) {
  const auto status = boost::json::parse(render_status({}, {})).as_object();
  EXPECT_TRUE(status.at("regions").as_array().empty());
  EXPECT_TRUE(status.at("webhooks").as_array().empty());
}

TEST(OperatorApi, RefusesParametersItDoesNotKnow) {
  FakeBackend backend = busy_daemon();
  const auto response = backend.ask("/v1/status?pretty");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("unknown parameter \\\"pretty\\\""));
  EXPECT_EQ(backend.ask("/v1/status?").status, 200);
}

TEST(OperatorApi, AnswersUnknownPathsWithAProblem) {
  FakeBackend backend = busy_daemon();
  for (const char* path :
       {"/", "/v1", "/v1/status/", "/v1/statusx", "//v1/status", "/metrics", "*", ""}) {
    const auto response = backend.ask(path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(header(response, "content-type"), "application/problem+json");
    const auto body = boost::json::parse(response.body).as_object();
    EXPECT_EQ(body.at("type"), "about:blank");
    EXPECT_EQ(body.at("title"), "Not Found");
    EXPECT_EQ(body.at("status"), 404);
  }
  EXPECT_EQ(backend.asked_status, 0);
}

TEST(OperatorApi, AnswersOtherMethodsWithWhatIsAllowed) {
  FakeBackend backend = busy_daemon();
  const auto response = backend.ask("/v1/status", "DELETE");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(header(response, "allow"), "GET, HEAD");
  EXPECT_EQ(boost::json::parse(response.body).as_object().at("status"), 405);
  EXPECT_EQ(backend.ask("/v1/status", "HEAD").status, 200);
  EXPECT_EQ(backend.ask("/v1/none", "DELETE").status, 404);
}

TEST(MonitorApi, ShowsMetricsInThePrometheusFormat) {
  FakeBackend backend = busy_daemon();
  const auto response = answer_monitor(request("/metrics"), backend, {});
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(header(response, "content-type"), HasSubstr("text/plain; version=0.0.4"));
  EXPECT_EQ(response.body, "mactiond_build_info 1\n");
}

TEST(MonitorApi, IsLiveAsLongAsTheLoopTurns) {
  FakeBackend backend = busy_daemon();
  EXPECT_EQ(answer_monitor(request("/livez"), backend, {}).status, 200);
  backend.is_live = false;
  const auto response = answer_monitor(request("/livez"), backend, {});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "not live\n");
}

TEST(MonitorApi, IsReadyWithTroubleElsewhereAndNamesIt) {
  FakeBackend backend = busy_daemon();
  for (const char* target : {"/readyz", "/readyz?verbose", "/readyz?a=b&verbose=1"}) {
    const auto response = answer_monitor(request(target), backend, {});
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(response.body.starts_with(
        "[+] live\n[+] region eu: ok, polled 2 s ago\n"
        "[-] region us: degraded: auth: invalid_client AADSTS7000215, not polled yet\n"))
        << response.body;
    EXPECT_TRUE(response.body.ends_with("\nok\n")) << response.body;
  }
  backend.is_live = false;
  const auto response = answer_monitor(request("/readyz"), backend, {});
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(response.body.ends_with("\nnot ready\n")) << response.body;
}

TEST(MonitorApi, ShowsNothingElseAndChangesNothing) {
  FakeBackend backend = busy_daemon();
  for (const char* path : {"/", "/v1/status", "/metrics/", "/-/quit"}) {
    EXPECT_EQ(answer_monitor(request(path), backend, {}).status, 404) << path;
  }
  for (const char* path : {"/metrics", "/livez", "/readyz"}) {
    const auto response = answer_monitor(request(path, "POST"), backend, {});
    EXPECT_EQ(response.status, 405) << path;
    EXPECT_EQ(header(response, "allow"), "GET, HEAD");
  }
  EXPECT_EQ(backend.asked_metrics + backend.asked_status, 0);
}

TEST(Monitor, AnswersOnlyUnderItsOwnNames) {
  FakeBackend backend = busy_daemon();
  const auto status = [&backend](std::optional<std::string> host, const MonitorHosts& hosts) {
    http::Request asked = request("/livez");
    if (host) asked.headers.push_back({"Host", *host});
    return answer_monitor(asked, backend, hosts).status;
  };
  const MonitorHosts loopback{true, {"Soc1.example"}};
  for (const char* host :
       {"127.0.0.1", "127.0.0.1:9464", "10.1.2.3:80", "[::1]", "[::1]:9464", "localhost",
        "LocalHost:1", "localhost.", "soc1.example", "SOC1.EXAMPLE:9464", " 127.0.0.1 "}) {
    EXPECT_EQ(status(host, loopback), 200) << host;
  }
  for (const char* host :
       {"", "evil.example", "evil.example:9464", "127.0.0.1.evil.example", "localhost.evil.example",
        "soc1.example.evil", "::1", "[::1", "[evil]", "127.0.0.1:9464:1", "127.0.0.1:a",
        "localhost:65536", "2130706433", "127.1", "localhost@evil", "[127.0.0.1]"}) {
    EXPECT_EQ(status(host, loopback), 421) << host;
    EXPECT_EQ(status(host, {false, {}}), 200) << host;
  }
  EXPECT_EQ(status(std::nullopt, loopback), 200);
}

TEST(Monitor, KnowsItsLoopbackAddresses) {
  for (const char* listen : {"127.0.0.1:9464", "127.5.0.1:1", "[::1]:9464",
                             "[::ffff:127.0.0.1]:9464", "[0:0:0:0:0:0:0:1]:1"}) {
    EXPECT_TRUE(http::is_loopback(listen)) << listen;
  }
  for (const char* listen : {"0.0.0.0:9464", "[::]:9464", "10.0.0.1:1", "127.evil:1",
                             "[::ffff:10.0.0.1]:1", "[::1]x80", ""}) {
    EXPECT_FALSE(http::is_loopback(listen)) << listen;
  }
}

}  // namespace
}  // namespace mactiond::admin
