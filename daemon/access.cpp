#include "access.hpp"

#include <boost/asio/io_context.hpp>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base/system_clock.hpp"
#include "client_options.hpp"
#include "config/file_watch.hpp"
#include "config/link_hosts.hpp"
#include "config/webhook_secrets.hpp"
#include "ops/log.hpp"
#include "proxy.hpp"
#include "syslog.hpp"
#include "token_sources.hpp"
#include "webhook/splunk_ack.hpp"

namespace mactiond::daemon {
namespace {

constexpr int kIdleConnections = 8;

std::string content_of(const std::string& path) {
  if (path.empty()) return {};
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

using Named = std::vector<std::pair<std::string, std::string>>;

// A user and a password that nobody asks for.
void warn_of_unused_proxy_auth(config::LoadResult& loaded) {
  // Else what it is compared with may be missing.
  if (!loaded.ok()) return;
  const bool has_variable = environment_has_proxy();
  const auto warn = [&](const std::string& section, std::size_t index, const std::string& remedy) {
    loaded.warn(section, index, "proxy_auth", "is not used, for there is no proxy: " + remedy);
  };
  const auto& regions = loaded.config.regions;
  for (std::size_t i = 0; i < regions.size(); ++i) {
    const bool through = has_variable || regions[i].proxy;
    if (through || regions[i].proxy_auth.source.empty()) continue;
    warn("region", i, "set proxy, or HTTPS_PROXY in the environment of the service");
  }
  const auto& webhooks = loaded.config.webhooks;
  for (std::size_t i = 0; i < webhooks.size(); ++i) {
    const bool is_tls = webhooks[i].url.is_tls();
    const bool through = (has_variable && is_tls) || webhooks[i].proxy;
    if (through || webhooks[i].proxy_auth.source.empty()) continue;
    warn("webhook", i,
         is_tls ? "set proxy, or HTTPS_PROXY in the environment of the service"
                : "set proxy; HTTPS_PROXY is for https:// URLs alone");
  }
}

// The key of the file that the failure names.
std::string to_blame(const Named& values, const Error& error) {
  for (const auto& [key, value] : values) {
    if (value.empty() || !error.where.starts_with(value)) continue;
    // Of two files, one name may begin with the other.
    const char next = error.where.size() == value.size() ? ':' : error.where[value.size()];
    if (next == ':' || next == ' ') return key;
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<http::Client>> AccessBuilder::client(const net::ClientOptions& options) {
  const http::Proxy proxy = options.proxy.value_or(http::Proxy());
  const Key key{options.ca_file,
                content_of(options.ca_file),
                proxy.url.authority(),
                options.no_proxy,
                proxy.credentials.reveal(),
                options.refuse_metadata,
                content_of(options.client_cert),
                content_of(options.client_key)};
  if (auto known = clients_[key].lock()) return known;
  auto made = net::make_client(executor_, clock_, options);
  if (!made) return made.error();
  std::shared_ptr<http::Client> client = std::move(*made);
  clients_[key] = client;
  return client;
}

Result<std::shared_ptr<runtime::RegionAccess>> AccessBuilder::build(const config::Region& region,
                                                                    int idle_connections) {
  auto options = client_options(region);
  if (!options) return options.error();
  options->idle_connections = idle_connections;
  auto made = client(*options);
  if (!made) return made.error();
  auto access = std::make_shared<runtime::RegionAccess>();
  access->client = std::move(*made);
  access->api = region.api;
  const TokenParts parts{clock_, environment_, key_pairs_, access->client,
                         [this] { return client(net::ClientOptions()); }};
  auto tokens = make_token_source(region, parts);
  if (!tokens) return tokens.error();
  access->tokens = std::move(*tokens);
  return access;
}

Result<void> AccessBuilder::point(runtime::WebhookAccess& access, const config::Webhook& webhook,
                                  int idle_connections) {
  auto options = client_options(webhook);
  if (!options) return options.error();
  options->idle_connections = idle_connections;
  auto made = client(*options);
  if (!made) return made.error();
  access.client = std::move(*made);
  webhook::Rendering rendering;
  rendering.format = webhook.format;
  rendering.token = webhook.token.value;
  rendering.splunk_index = webhook.splunk_index;
  rendering.splunk_sourcetype = webhook.splunk_sourcetype;
  rendering.body_template = webhook.body_template;
  if (webhook.format == webhook::Format::SplunkHec && webhook.splunk_ack) {
    rendering.splunk_channel = webhook::splunk_channel(webhook.url.authority(), webhook.core.name);
  }
  access.target = {webhook.url, std::move(rendering), webhook.keys, webhook.bearer.value};
  access.target.basic = webhook.basic.value;
  for (const auto& [name, value] : webhook.headers) {
    access.target.headers.emplace_back(name, value.value);
  }
  return {};
}

Result<std::shared_ptr<runtime::WebhookAccess>> AccessBuilder::build(const config::Webhook& webhook,
                                                                     int idle_connections) {
  auto access = std::make_shared<runtime::WebhookAccess>();
  if (const auto made = point(*access, webhook, idle_connections); !made) return made.error();
  access->timeout = webhook.core.timeout;
  access->secret_url = !webhook.url_source.empty();
  config::FileWatch watch(config::secret_files(webhook, environment_));
  access->refresh = [this, watch = std::move(watch), current = webhook,
                     idle_connections](runtime::WebhookAccess& used) mutable {
    if (!watch.changed()) return;
    auto done = config::reread_secrets(current, environment_);
    if (done) done = point(used, current, idle_connections);
    if (done) {
      ops::log(core::LogEntry::Level::Info, "secrets_reread", {{"webhook", current.core.name}});
    } else {
      ops::log(core::LogEntry::Level::Error, "secrets_not_usable",
               {{"webhook", current.core.name},
                {"error", done.error().message()},
                {"hint", "the previous ones stay in use until the files are corrected"}});
    }
  };
  return access;
}

std::variant<runtime::Accesses, std::vector<AccessMistake>> AccessBuilder::build(
    const config::Config& config) {
  std::erase_if(clients_, [](const auto& row) { return row.second.expired(); });
  runtime::Accesses accesses;
  std::vector<AccessMistake> mistakes;
  const int for_regions = static_cast<int>(config.regions.size()) + kIdleConnections;
  for (std::size_t i = 0; i < config.regions.size(); ++i) {
    const config::Region& region = config.regions[i];
    auto access = build(region, for_regions);
    if (access) {
      (*access)->link_hosts = config::link_hosts(region, config.submit.link_hosts);
      accesses.regions.emplace(region.core.name, std::move(*access));
    } else {
      const Named files = {{"ca_file", region.ca_file},
                           {"auth.certificate", region.auth.certificate.source},
                           {"auth.key", region.auth.key.source},
                           {"auth.pkcs12", region.auth.pkcs12.source},
                           {"auth.key_password", region.auth.key_password.source}};
      mistakes.push_back({"region", i, to_blame(files, access.error()), access.error()});
    }
  }
  int for_webhooks = 0;
  for (const config::Webhook& webhook : config.webhooks) for_webhooks += webhook.core.max_in_flight;
  for (std::size_t i = 0; i < config.webhooks.size(); ++i) {
    const config::Webhook& webhook = config.webhooks[i];
    auto access = build(webhook, for_webhooks);
    if (access) {
      accesses.webhooks.emplace(webhook.core.name, std::move(*access));
    } else {
      const Named files = {{"ca_file", webhook.ca_file},
                           {"client_cert", webhook.client_cert},
                           {"client_key", webhook.client_key}};
      mistakes.push_back({"webhook", i, to_blame(files, access.error()), access.error()});
    }
  }
  try_syslogs(config, mistakes);
  if (!mistakes.empty()) return mistakes;
  return accesses;
}

void AccessBuilder::try_syslogs(const config::Config& config,
                                std::vector<AccessMistake>& mistakes) {
  for (std::size_t i = 0; i < config.syslogs.size(); ++i) {
    const auto client = make_syslog_client(config.syslogs[i], executor_, clock_);
    if (client) continue;
    const Named files = {{"ca_file", config.syslogs[i].ca_file}};
    mistakes.push_back({"syslog", i, to_blame(files, client.error()), client.error()});
  }
}

void AccessBuilder::take_certificate_ends(config::Config& config) {
  const WallTime now = clock_.now().wall;
  for (config::Region& region : config.regions) {
    if (region.auth.kind != config::AuthKind::Certificate) continue;
    const auto pair = key_pairs_.pair(region.auth, now);
    if (!pair) continue;
    if (const auto* facts = (*pair)->certificate()) region.auth.certificate_end = facts->not_after;
  }
}

void AccessBuilder::warn_of_certificates(config::LoadResult& loaded) {
  if (!loaded.ok()) return;
  const WallTime now = clock_.now().wall;
  for (std::size_t i = 0; i < loaded.config.regions.size(); ++i) {
    const config::RegionAuth& auth = loaded.config.regions[i].auth;
    if (auth.kind != config::AuthKind::Certificate) continue;
    const auto pair = key_pairs_.pair(auth, now);
    if (!pair || (*pair)->certificate() == nullptr) continue;
    const auto usable = (*pair)->at(now);
    const bool in_one = auth.certificate.source.empty();
    if (!usable)
      loaded.warn("region", i, in_one ? "auth.pkcs12" : "auth.certificate", usable.error().where);
  }
}

void add_mistakes(const std::vector<AccessMistake>& mistakes, config::LoadResult& loaded) {
  for (const AccessMistake& mistake : mistakes) {
    const Error& error = mistake.error;
    // Why a secret is not usable is all there is to be said.
    const bool says_why = error.code == Errc::InvalidSecret;
    loaded.fail(mistake.section, mistake.index, mistake.key,
                says_why ? error.where : error.message());
  }
}

void try_access(config::LoadResult& loaded, const config::Environment& environment) {
  boost::asio::io_context context;
  const SystemClock clock;
  AccessBuilder builder(context.get_executor(), clock, environment);
  const auto built = builder.build(loaded.config);
  if (const auto* mistakes = std::get_if<std::vector<AccessMistake>>(&built)) {
    add_mistakes(*mistakes, loaded);
  }
  warn_of_unused_proxy_auth(loaded);
  builder.warn_of_certificates(loaded);
}

}  // namespace mactiond::daemon
