#include "proxy.hpp"

#include <cstdlib>

#include "base/text.hpp"

namespace mactiond::daemon {
namespace {

std::string environment(const char* upper, const char* lower) {
  for (const char* name : {upper, lower}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

bool excludes(std::string_view list, std::string_view host) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    std::string_view entry = trim(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    if (entry == "*") return true;
    if (entry.starts_with('.')) entry.remove_prefix(1);
    if (entry.empty() || entry.size() > host.size()) continue;
    const std::string_view tail = host.substr(host.size() - entry.size());
    const bool whole = tail.size() == host.size() || host[host.size() - tail.size() - 1] == '.';
    if (whole && iequals(tail, entry)) return true;
  }
  return false;
}

}  // namespace

std::string choose_proxy(const std::string& configured, std::string_view host) {
  if (!configured.empty()) return configured;
  if (excludes(environment("NO_PROXY", "no_proxy"), host)) return {};
  return environment("HTTPS_PROXY", "https_proxy");
}

}  // namespace mactiond::daemon
