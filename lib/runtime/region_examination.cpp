#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <utility>

#include "base/text.hpp"
#include "defender/token_claims.hpp"
#include "http/status_meaning.hpp"
#include "runtime/examination.hpp"

// What is looked at of a region.

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;

constexpr Duration kClockWithin = 10s;
constexpr Duration kTokenWithin = 30s;
constexpr std::size_t kAnswerBytes = std::size_t{64} * 1024;

// What the login server publishes for everybody: no login and no call of the API.
http::Request metadata_request(const http::Url& authority, const std::string& tenant) {
  http::Request request;
  request.url = http::resolve(
      authority, '/' + percent_encode(tenant) + "/v2.0/.well-known/openid-configuration");
  request.headers = {{"Accept", "application/json"}, {"User-Agent", "mactiond/" MACTIOND_VERSION}};
  return request;
}

}  // namespace

Task<doctor::Checks> Examination::examine_one(const ExaminedRegion& region) {
  const doctor::Target target{"region", region.name};
  doctor::Checks checks;
  std::optional<Duration> skew;
  bool may_log_in = true;
  if (region.authority) {
    Way way{target, "login-", "authority", false};
    const net::RouteOptions options = region.options;
    const http::Url url = *region.authority;
    doctor::Checks route = co_await look_at(std::move(way), options, url);
    may_log_in = doctor::all_ok(route);
    doctor::append(checks, std::move(route));
    if (may_log_in) skew = co_await read_clock(region);
  }
  Way way{target, "api-", "api", false};
  const net::RouteOptions options = region.options;
  const http::Url url = region.api;
  doctor::Checks route = co_await look_at(std::move(way), options, url);
  bool may_list = may_log_in && doctor::all_ok(route);
  doctor::append(checks, std::move(route));
  if (skew) checks.push_back(doctor::clock_check(target, *skew));
  if (!may_log_in) co_return checks;
  Secret token;
  doctor::Checks login = co_await log_in(region, token);
  may_list = may_list && !token.empty();
  doctor::append(checks, std::move(login));
  if (!may_list) co_return checks;
  const ListTrial trial = co_await parts_.try_list(region.name, token);
  if (!skew && trial.skew) checks.push_back(doctor::clock_check(target, *trial.skew));
  checks.push_back(doctor::list_check(target, trial.failure));
  co_return checks;
}

Task<std::optional<Duration>> Examination::read_clock(const ExaminedRegion& region) {
  http::Limits limits;
  limits.timeout = kClockWithin;
  limits.connect_timeout = kClockWithin;
  limits.body_bytes = kAnswerBytes;
  limits.head_suffices = true;
  http::Request request = metadata_request(*region.authority, region.tenant_id);
  http::Client& client = *region.access->client;
  const auto answer = co_await client.send(std::move(request), limits);
  if (!answer) co_return std::nullopt;
  const auto date = http::server_date(*answer);
  if (!date) co_return std::nullopt;
  // The header says the second alone: the middle of it is nearest.
  co_return *date + 500ms - parts_.clock.now().wall;
}

Task<doctor::Checks> Examination::log_in(const ExaminedRegion& region, Secret& token) {
  const doctor::Target target{"region", region.name};
  const MonoTime deadline = parts_.clock.now().mono + kTokenWithin;
  TokenSource& source = *region.access->tokens;
  TokenAnswer answer = co_await source.fetch(deadline);
  doctor::TokenFacts facts;
  facts.outcome = std::move(answer.outcome);
  facts.lifetime = answer.lifetime;
  facts.credential_end = answer.credential_end ? answer.credential_end : region.credential_end;
  facts.tenant_id = region.tenant_id;
  facts.audience = region.audience;
  if (facts.outcome.ok()) facts.claims = defender::parse_claims(answer.token);
  doctor::Checks checks{doctor::token_check(target, facts, parts_.clock.now().wall)};
  if (!facts.outcome.ok()) co_return checks;
  token = std::move(answer.token);
  if (facts.claims) {
    checks.push_back(
        doctor::role_check(target, facts.claims->roles, region.needed, !region.authority));
  }
  co_return checks;
}

}  // namespace mactiond::runtime
