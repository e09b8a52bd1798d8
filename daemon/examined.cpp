#include "examined.hpp"

#include <utility>

#include "client_options.hpp"
#include "core/region/needed_roles.hpp"
#include "engine_options.hpp"
#include "event/webhook_events.hpp"
#include "format/syslog.hpp"
#include "syslog.hpp"

namespace mactiond::daemon {
namespace {

constexpr Duration kSyslogWithin = std::chrono::seconds(15);

doctor::Check unusable(const doctor::Target& target, const Error& error) {
  return target.bad("configuration", error.message(), "correct what is named");
}

std::vector<NeededRole> needed_by(const core::Options& options, const std::string& region) {
  for (const core::RegionOptions& each : options.regions) {
    if (each.name == region) return core::needed_roles(options, each);
  }
  return {};
}

Task<Result<void>> send_test(Result<std::unique_ptr<net::SyslogClient>> made, std::string octets) {
  if (!made) co_return made.error();
  const std::unique_ptr<net::SyslogClient> client = std::move(*made);
  co_return co_await client->send(std::move(octets), kSyslogWithin);
}

/// Makes a client of its own for each test: the sender's is in use.
std::function<Task<Result<void>>()> syslog_test(const config::Syslog& syslog,
                                                const std::string& instance,
                                                const boost::asio::any_io_executor& executor,
                                                const Clock& clock) {
  return [syslog, instance, executor, &clock] {
    auto client = make_syslog_client(syslog, executor, clock);
    const auto event = core::webhook_test_event(syslog.name, instance, clock.now().wall);
    return send_test(std::move(client), format::syslog_frame(syslog.style, event));
  };
}

void add(const config::Region& region, const core::Options& options, const AccessOf& access_of,
         ToExamine& found) {
  const doctor::Target target{"region", region.core.name};
  auto way = client_options(region);
  if (!way) return found.unusable.push_back(unusable(target, way.error()));
  runtime::ExaminedRegion examined;
  examined.name = region.core.name;
  examined.options.client = std::move(*way);
  examined.api = region.api;
  if (region.auth.kind != config::AuthKind::ManagedIdentity) examined.authority = region.authority;
  examined.tenant_id = region.tenant_id;
  examined.audience = region.audience;
  examined.credential_end = region.auth.credential_end();
  examined.needed = needed_by(options, region.core.name);
  examined.access = access_of(region.core.name);
  if (examined.access) found.targets.emplace_back(std::move(examined));
}

void add(const config::Webhook& webhook, ToExamine& found) {
  auto way = client_options(webhook);
  if (!way) {
    return found.unusable.push_back(unusable({"webhook", webhook.core.name}, way.error()));
  }
  runtime::ExaminedWebhook examined;
  examined.name = webhook.core.name;
  examined.options.client = std::move(*way);
  examined.url = webhook.url;
  examined.secret_url = !webhook.url_source.empty();
  found.targets.emplace_back(std::move(examined));
}

}  // namespace

ToExamine to_examine(const config::Config& config, const doctor::Wanted& wanted,
                     const AccessOf& access_of, const boost::asio::any_io_executor& executor,
                     const Clock& clock) {
  const core::Options options = engine_options(config);
  ToExamine found;
  for (const config::Region& region : config.regions) {
    if (wanted.has_region(region.core.name)) add(region, options, access_of, found);
  }
  for (const config::Webhook& webhook : config.webhooks) {
    if (wanted.has_webhook(webhook.core.name)) add(webhook, found);
  }
  if (!wanted.everything()) return found;
  for (const config::Syslog& syslog : config.syslogs) {
    runtime::ExaminedSyslog examined;
    examined.name = syslog.name;
    examined.options.client.ca_file = syslog.ca_file;
    examined.options.speaks_http = false;
    examined.url = syslog.url;
    examined.url.scheme = "https";  // TLS, whatever is spoken over it
    examined.send_test = syslog_test(syslog, config.daemon.instance, executor, clock);
    found.targets.emplace_back(std::move(examined));
  }
  return found;
}

doctor::ListFailure failure_of(const core::Unanswered& unanswered) {
  using Why = core::Unanswered::Why;
  using ListWhy = doctor::ListFailure::Why;
  switch (unanswered.why) {
    case Why::NotFound:
    case Why::Refused:
      return {ListWhy::Refused, unanswered.words};
    case Why::Failed:
      return {ListWhy::Failed, unanswered.words};
    case Why::TooMany:
      return {ListWhy::NoQuota, unanswered.words};
    case Why::TimeUp:
      return {unanswered.retry_after ? ListWhy::NoQuota : ListWhy::NotAsked, unanswered.words};
    case Why::NoRegion:
    case Why::Unavailable:
      break;
  }
  return {ListWhy::NotAsked, unanswered.words};
}

}  // namespace mactiond::daemon
