#include "proxy.hpp"

#include <cstdlib>

#include "http/proxy.hpp"

namespace mactiond::daemon {
namespace {

std::string environment(const char* upper, const char* lower) {
  for (const char* name : {upper, lower}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

}  // namespace

Result<void> set_proxy(net::ClientOptions& options, const std::string& configured,
                       const Secret& auth) {
  options.proxy_auth = auth;
  options.proxy = configured;
  if (!configured.empty()) return {};
  options.proxy = environment("HTTPS_PROXY", "https_proxy");
  options.no_proxy = environment("NO_PROXY", "no_proxy");
  if (options.proxy.empty()) return {};
  const auto proxy = http::parse_proxy(options.proxy);
  if (!proxy) return Error(proxy.error().code, "HTTPS_PROXY: " + proxy.error().where);
  return {};
}

}  // namespace mactiond::daemon
