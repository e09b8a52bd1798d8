#include "proxy.hpp"

#include <cstdlib>
#include <utility>

namespace mactiond::daemon {
namespace {

struct Variable {
  std::string name;
  std::string value;
};

// The first of both that is set; programs differ in which they read.
Variable read_variable(const char* upper, const char* lower) {
  for (const char* name : {upper, lower}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return {name, value};
  }
  return {};
}

Variable read_proxy() { return read_variable("HTTPS_PROXY", "https_proxy"); }

}  // namespace

bool environment_has_proxy() { return !read_proxy().name.empty(); }

Result<ProxyChoice> choose_proxy(const std::optional<http::Url>& configured, const Secret& auth) {
  if (configured) return ProxyChoice{http::Proxy{*configured, auth}};
  const Variable variable = read_proxy();
  if (variable.value.empty()) return ProxyChoice{};
  auto proxy = http::parse_proxy(variable.value);
  if (!proxy) return Error(proxy.error().code, variable.name + ": " + proxy.error().where);
  if (!auth.empty()) proxy->credentials = auth;
  return ProxyChoice{std::move(*proxy), read_variable("NO_PROXY", "no_proxy").value};
}

}  // namespace mactiond::daemon
