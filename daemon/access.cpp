#include "access.hpp"

#include <fstream>
#include <iterator>
#include <utility>

#include "config/secret_source.hpp"
#include "proxy.hpp"

namespace mactiond::daemon {
namespace {

constexpr int kIdleConnections = 8;

std::string content_of(const std::string& path) {
  if (path.empty()) return {};
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Error about(const std::string& name, Error error) {
  error.where = name + ": " + error.where;
  return error;
}

}  // namespace

Result<std::shared_ptr<http::Client>> AccessBuilder::client(const net::ClientOptions& options) {
  const Key key{options.ca_file, content_of(options.ca_file), options.proxy,
                options.refuse_link_local};
  if (auto known = clients_[key].lock()) return known;
  auto made = net::make_client(executor_, options);
  if (!made) return made.error();
  std::shared_ptr<http::Client> client = std::move(*made);
  clients_[key] = client;
  return client;
}

Result<std::shared_ptr<runtime::RegionAccess>> AccessBuilder::build(const config::Region& region,
                                                                    int idle_connections) {
  net::ClientOptions options;
  options.ca_file = region.ca_file;
  options.proxy = choose_proxy(region.proxy, region.api.host);
  options.idle_connections = idle_connections;
  auto made = client(options);
  if (!made) return about("region " + region.core.name, made.error());
  auto access = std::make_shared<runtime::RegionAccess>();
  access->client = std::move(*made);
  access->api = region.api;
  access->credential = {region.authority, region.tenant_id, region.client_id, region.audience, {}};
  access->read_secret = [&environment = environment_, source = region.client_secret.source] {
    return config::read_secret(source, environment);
  };
  return access;
}

Result<std::shared_ptr<runtime::WebhookAccess>> AccessBuilder::build(const config::Webhook& webhook,
                                                                     int idle_connections) {
  net::ClientOptions options;
  options.ca_file = webhook.ca_file;
  options.proxy = webhook.url.is_tls() ? choose_proxy({}, webhook.url.host) : std::string();
  options.refuse_link_local = true;
  options.idle_connections = idle_connections;
  auto made = client(options);
  if (!made) return about("webhook " + webhook.core.name, made.error());
  auto access = std::make_shared<runtime::WebhookAccess>();
  access->client = std::move(*made);
  access->target = {webhook.url, webhook.format, webhook.keys, webhook.bearer.value};
  return access;
}

Result<runtime::Accesses> AccessBuilder::build(const config::Config& config) {
  std::erase_if(clients_, [](const auto& row) { return row.second.expired(); });
  runtime::Accesses accesses;
  const int for_regions = static_cast<int>(config.regions.size()) + kIdleConnections;
  for (const config::Region& region : config.regions) {
    auto access = build(region, for_regions);
    if (!access) return access.error();
    accesses.regions.emplace(region.core.name, std::move(*access));
  }
  int for_webhooks = 0;
  for (const config::Webhook& webhook : config.webhooks) for_webhooks += webhook.core.max_in_flight;
  for (const config::Webhook& webhook : config.webhooks) {
    auto access = build(webhook, for_webhooks);
    if (!access) return access.error();
    accesses.webhooks.emplace(webhook.core.name, std::move(*access));
  }
  return accesses;
}

}  // namespace mactiond::daemon
