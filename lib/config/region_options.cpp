#include <chrono>

#include "config/auth_options.hpp"
#include "config/credential_types.hpp"
#include "config/option_tables.hpp"
#include "config/peer_types.hpp"
#include "config/value_types.hpp"

namespace mactiond::config {
namespace {

using namespace std::chrono_literals;

void add_quota_and_poll(std::vector<Option<Region>>& options) {
  add(
      options, "quota.per_minute", kOptional, IntegerRange{1, 100'000},
      [](auto& r) -> auto& { return r.core.quota.per_minute; },
      "calls in any trailing minute, never exceeded");
  add(
      options, "quota.per_hour", kOptional, IntegerRange{1, 1'000'000},
      [](auto& r) -> auto& { return r.core.quota.per_hour; },
      "calls in any trailing hour, never exceeded");
  add(
      options, "quota.share", kOptional, Fraction{},
      [](auto& r) -> auto& { return r.core.quota.share; },
      "the part of both that is ours; lower it where others use the same app registration");
  add(
      options, "poll.min_interval", kOptional, DurationRange{100ms, 1h},
      [](auto& r) -> auto& { return r.core.poll.min_interval; },
      "fastest list poll while actions are open; the quota stretches it");
  add(
      options, "poll.idle_interval", kOptional, DurationRange{100ms, 1h},
      [](auto& r) -> auto& { return r.core.poll.idle_interval; },
      "list poll while nothing is open");
  add(
      options, "poll.overlap", kOptional, DurationRange{0s, 24h},
      [](auto& r) -> auto& { return r.core.poll.overlap; },
      "how far each poll looks back behind the last change seen");
  add(
      options, "poll.lookback", kOptional, DurationRange{1min, 24h * 180},
      [](auto& r) -> auto& { return r.core.poll.lookback; },
      "how far the first start and the safety sweep look back");
  add(
      options, "poll.page_size", kOptional, IntegerRange{1, 10'000},
      [](auto& r) -> auto& { return r.core.poll.page_size; }, "actions in one list answer");
  add(
      options, "poll.filters", kOptional, choice_of<core::Filters>(),
      [](auto& r) -> auto& { return r.core.poll.filters; },
      "auto tries the last-update filter and falls back; documented never tries it");
}

std::vector<Option<Region>> make_region_options() {
  std::vector<Option<Region>> options;
  add(
      options, "name", kRequired, Name{}, [](auto& r) -> auto& { return r.core.name; },
      "names the region in events, metrics and filters");
  add(
      options, "cloud", kOptional, Cloud{}, [](auto& r) -> auto& { return r; },
      "commercial, gcc, gcc-high or dod: sets the defaults of the next three");
  add(
      options, "api", kOptional, ServerUrl{}, [](auto& r) -> auto& { return r.api; },
      "base URL of the Defender API");
  add(
      options, "audience", kOptional, Token{}, [](auto& r) -> auto& { return r.audience; },
      "what the token is asked for");
  add(
      options, "authority", kOptional, ServerUrl{}, [](auto& r) -> auto& { return r.authority; },
      "base URL of the identity provider");
  add(
      options, "tenant_id", kDepends, Name{}, [](auto& r) -> auto& { return r.tenant_id; },
      "the directory (tenant) id");
  add(
      options, "client_id", kDepends, Token{}, [](auto& r) -> auto& { return r.client_id; },
      "the application (client) id");
  add(
      options, "ca_file", kOptional, CertificateFile{}, [](auto& r) -> auto& { return r.ca_file; },
      "PEM certificates trusted beside the system's");
  add(
      options, "proxy", kOptional, ProxyUrl{}, [](auto& r) -> auto& { return r.proxy; },
      "HTTP proxy; empty: HTTPS_PROXY and NO_PROXY decide");
  add(
      options, "proxy_auth", kOptional, BasicCredential{},
      [](auto& r) -> auto& { return r.proxy_auth; },
      "user:password for the proxy alone, by reference; empty: none");
  add_auth(options);
  add_quota_and_poll(options);
  return options;
}

}  // namespace

const std::vector<Option<Region>>& region_options() {
  static const auto kOptions = make_region_options();
  return kOptions;
}

}  // namespace mactiond::config
