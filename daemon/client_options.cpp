#include "client_options.hpp"

#include <utility>

#include "proxy.hpp"

namespace mactiond::daemon {

Result<net::ClientOptions> client_options(const config::Region& region) {
  net::ClientOptions options;
  options.ca_file = region.ca_file;
  auto chosen = choose_proxy(region.proxy, region.proxy_auth.value);
  if (!chosen) return chosen.error();
  options.proxy = std::move(chosen->proxy);
  options.no_proxy = std::move(chosen->no_proxy);
  options.refuse_metadata = true;
  return options;
}

Result<net::ClientOptions> client_options(const config::Webhook& webhook) {
  net::ClientOptions options;
  options.ca_file = webhook.ca_file;
  if (webhook.url.is_tls() || webhook.proxy) {
    auto chosen = choose_proxy(webhook.proxy, webhook.proxy_auth.value);
    if (!chosen) return chosen.error();
    options.proxy = std::move(chosen->proxy);
    options.no_proxy = std::move(chosen->no_proxy);
  }
  options.refuse_metadata = true;
  // One without the other is an error of the file itself.
  if (!webhook.client_cert.empty() && !webhook.client_key.empty()) {
    options.client_cert = webhook.client_cert;
    options.client_key = webhook.client_key;
  }
  return options;
}

}  // namespace mactiond::daemon
