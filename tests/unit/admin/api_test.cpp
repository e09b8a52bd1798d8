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

namespace mactiond::admin {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

core::EngineStatus busy_status() {
  core::EngineStatus status;
  core::RegionStatus region;
  region.name = "eu";
  region.state = "ok";
  region.open_actions = 3;
  region.oldest_open = 2h;
  region.next_try = 1ms;
  region.last_poll_age = 2500ms;
  region.quota = {12, 100, 340, 1500};
  region.strategy = "changes";
  status.regions = {region};
  region.name = "us";
  region.state = "degraded";
  region.reason = "auth: invalid_client AADSTS7000215";
  region.last_poll_age.reset();
  region.oldest_open.reset();
  region.next_try = 40s;
  region.quota.hour_is = core::Count::AtMost;
  status.regions.push_back(region);
  status.webhooks = {{"soc", "paused", 7, 1, 2, "client_error 404", false}};
  status.last_seq = 4711;
  return status;
}

/// Counts what is asked for.
struct Recorded {
  int metrics = 0;
  int status = 0;
  bool live = true;
  core::EngineStatus engine = busy_status();

  Views views() {
    Views views;
    views.info = [] { return DaemonInfo{"0.1.0", "soc1", 90s}; };
    views.status = [this] {
      ++status;
      return engine;
    };
    views.metrics = [this] {
      ++metrics;
      return std::string("mactiond_build_info 1\n");
    };
    views.live = [this] { return live; };
    return views;
  }
};

http::Request request(const std::string& target, const std::string& method = "GET") {
  http::Request request;
  request.method = method;
  request.url.target = target;
  return request;
}

std::string header(const http::Response& response, std::string_view name) {
  return std::string(http::find_header(response.headers, name).value_or("absent"));
}

http::Response ask(const http::Request& request, const Views& views) {
  return std::get<http::Response>(answer_operator(request, views, {}));
}

TEST(StatusEndpoint, TellsWhatTheContractNames) {
  Recorded recorded;
  const auto response = ask(request("/v1/status"), recorded.views());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header(response, "content-type"), "application/json");
  const auto status = boost::json::parse(response.body).as_object();
  EXPECT_EQ(status.at("version"), "0.1.0");
  EXPECT_EQ(status.at("instance"), "soc1");
  EXPECT_EQ(status.at("uptime_s"), 90);
  EXPECT_EQ(status.at("cancelling"), "off");
  EXPECT_EQ(status.at("last_seq"), 4711);

  const auto& eu = status.at("regions").as_array().at(0).as_object();
  EXPECT_EQ(eu.at("name"), "eu");
  EXPECT_EQ(eu.at("state"), "ok");
  EXPECT_TRUE(eu.at("reason").is_null());
  EXPECT_EQ(eu.at("open_actions"), 3);
  EXPECT_EQ(eu.at("last_poll_age_s"), 2);
  EXPECT_EQ(eu.at("oldest_open_s"), 7200);
  EXPECT_EQ(eu.at("next_try_s"), 1) << "0 is for an attempt that is under way";
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
  EXPECT_EQ(us.at("quota").as_object().at("hour_used_is"), "at_most");

  const auto& soc = status.at("webhooks").as_array().at(0).as_object();
  EXPECT_EQ(soc.at("name"), "soc");
  EXPECT_EQ(soc.at("state"), "paused");
  EXPECT_EQ(soc.at("queued"), 7);
  EXPECT_EQ(soc.at("dead"), 1);
  EXPECT_EQ(soc.at("reason"), "client_error 404");
  EXPECT_EQ(soc.at("paused_by_operator"), false);
}

TEST(StatusEndpoint, StaysValidJsonWhateverAReasonHolds) {
  Recorded recorded;
  recorded.engine.regions[1].reason = "a\"b\\c\n\x01\xff";
  const auto response = ask(request("/v1/status"), recorded.views());
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
  Recorded recorded;
  const auto response = ask(request("/v1/status?pretty"), recorded.views());
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("unknown parameter \\\"pretty\\\""));
  EXPECT_EQ(ask(request("/v1/status?"), recorded.views()).status, 200);
}

TEST(OperatorApi, AnswersUnknownPathsWithAProblem) {
  Recorded recorded;
  for (const char* path :
       {"/", "/v1", "/v1/status/", "/v1/statusx", "//v1/status", "/metrics", "*", ""}) {
    const auto response = ask(request(path), recorded.views());
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(header(response, "content-type"), "application/problem+json");
    const auto body = boost::json::parse(response.body).as_object();
    EXPECT_EQ(body.at("type"), "about:blank");
    EXPECT_EQ(body.at("title"), "Not Found");
    EXPECT_EQ(body.at("status"), 404);
  }
  EXPECT_EQ(recorded.status, 0);
}

TEST(OperatorApi, AnswersOtherMethodsWithWhatIsAllowed) {
  Recorded recorded;
  const auto response = ask(request("/v1/status", "DELETE"), recorded.views());
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(header(response, "allow"), "GET, HEAD");
  EXPECT_EQ(boost::json::parse(response.body).as_object().at("status"), 405);
  EXPECT_EQ(ask(request("/v1/status", "HEAD"), recorded.views()).status, 200);
  EXPECT_EQ(ask(request("/v1/none", "DELETE"), recorded.views()).status, 404);
}

TEST(MonitorApi, ShowsMetricsInThePrometheusFormat) {
  Recorded recorded;
  const auto response = answer_monitor(request("/metrics"), recorded.views(), {});
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(header(response, "content-type"), HasSubstr("text/plain; version=0.0.4"));
  EXPECT_EQ(response.body, "mactiond_build_info 1\n");
}

TEST(MonitorApi, IsLiveAsLongAsTheLoopTurns) {
  Recorded recorded;
  EXPECT_EQ(answer_monitor(request("/livez"), recorded.views(), {}).status, 200);
  recorded.live = false;
  const auto response = answer_monitor(request("/livez"), recorded.views(), {});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "not live\n");
}

TEST(MonitorApi, IsReadyWithTroubleElsewhereAndNamesIt) {
  Recorded recorded;
  for (const char* target : {"/readyz", "/readyz?verbose", "/readyz?a=b&verbose=1"}) {
    const auto response = answer_monitor(request(target), recorded.views(), {});
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(response.body.starts_with(
        "[+] live\n[+] region eu: ok, polled 2 s ago\n"
        "[-] region us: degraded: auth: invalid_client AADSTS7000215, not polled yet\n"))
        << response.body;
    EXPECT_TRUE(response.body.ends_with("\nok\n")) << response.body;
  }
  recorded.live = false;
  const auto response = answer_monitor(request("/readyz"), recorded.views(), {});
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(response.body.ends_with("\nnot ready\n")) << response.body;
}

TEST(MonitorApi, TellsNothingElseAndChangesNothing) {
  Recorded recorded;
  for (const char* path : {"/", "/v1/status", "/metrics/", "/-/quit"}) {
    EXPECT_EQ(answer_monitor(request(path), recorded.views(), {}).status, 404) << path;
  }
  for (const char* path : {"/metrics", "/livez", "/readyz"}) {
    const auto response = answer_monitor(request(path, "POST"), recorded.views(), {});
    EXPECT_EQ(response.status, 405) << path;
    EXPECT_EQ(header(response, "allow"), "GET, HEAD");
  }
  EXPECT_EQ(recorded.metrics + recorded.status, 0);
}

TEST(Monitor, AnswersOnlyUnderItsOwnNames) {
  Recorded recorded;
  const auto status = [&recorded](std::optional<std::string> host, const MonitorHosts& hosts) {
    http::Request asked = request("/livez");
    if (host) asked.headers.push_back({"Host", *host});
    return answer_monitor(asked, recorded.views(), hosts).status;
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
        "2130706433", "127.1", "localhost@evil", "[127.0.0.1]"}) {
    EXPECT_EQ(status(host, loopback), 421) << host;
    EXPECT_EQ(status(host, {false, {}}), 200) << host;
  }
  EXPECT_EQ(status(std::nullopt, loopback), 200);
}

TEST(Monitor, KnowsItsLoopbackAddresses) {
  for (const char* listen : {"127.0.0.1:9464", "127.5.0.1:1", "[::1]:9464", "localhost:9464",
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
