#include "proxy.hpp"

#include <cstdlib>

#include "http/proxy.hpp"

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

Result<void> set_proxy(net::ClientOptions& options, const std::string& configured,
                       const Secret& auth) {
  options.proxy_auth = auth;
  options.proxy = configured;
  if (!configured.empty()) return {};
  const Variable variable = read_proxy();
  options.proxy = variable.value;
  options.no_proxy = read_variable("NO_PROXY", "no_proxy").value;
  if (options.proxy.empty()) return {};
  const auto proxy = http::parse_proxy(options.proxy);
  if (!proxy) return Error(proxy.error().code, variable.name + ": " + proxy.error().where);
  return {};
}

}  // namespace mactiond::daemon
