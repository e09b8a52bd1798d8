#include "config/check_cloud.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "config/value_types.hpp"
#include "http/url.hpp"

namespace mactiond::config {
namespace {

struct KnownHost {
  std::string_view begin;  ///< of the host; what lies between begin and end names a place
  std::string_view end;
  std::string_view clouds;  ///< one after another; the first is the one to suggest
};

constexpr std::array<KnownHost, 8> kApis = {
    {{"", "api.security.microsoft.com", "commercial"},
     {"", "api.securitycenter.microsoft.com", "commercial"},
     {"api-", ".securitycenter.microsoft.com", "commercial"},
     {"", "api.securitycenter.windows.com", "commercial"},
     {"api-", ".securitycenter.windows.com", "commercial"},
     {"api-gcc", ".securitycenter.microsoft.us", "gcc"},
     {"api-gov", ".securitycenter.microsoft.us", "gcc-high dod"},
     {"api-", ".security.microsoft.us", ""}}};

constexpr std::array<KnownHost, 3> kAuthorities = {
    {{"", "login.microsoftonline.com", "commercial gcc"},
     {"", "login.microsoftonline.us", "gcc-high dod"},
     {"", "login.partner.microsoftonline.cn", ""}}};

// Beside the addresses of the APIs. What GCC takes is not documented.
constexpr std::array<KnownHost, 3> kAudiences = {
    {{"", "securitycenter.onmicrosoft.com", "commercial gcc"},
     {"", "securitycenter.onmicrosoft.us", "gcc-high dod"},
     {"", "api.securitycenter.microsoft.com", "commercial gcc"}}};

bool is_of(const KnownHost& known, std::string_view host) {
  if (!known.begin.empty()) return host.starts_with(known.begin) && host.ends_with(known.end);
  return host == known.end || host.ends_with('.' + std::string(known.end));
}

template <class Table>
const KnownHost* find_host(const Table& table, const std::string& host) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const KnownHost& known) { return is_of(known, host); });
  return found == table.end() ? nullptr : &*found;
}

bool holds(std::string_view clouds, std::string_view cloud) {
  for (std::string_view rest = clouds; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, end) == cloud) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

void warn_of(const Node& table, const std::string& key, const KnownHost* host, const Region& region,
             Reader& reader) {
  const Node* node = table.find(key);
  if (node == nullptr || host == nullptr || !reader.is_good(node)) return;
  if (!reader.is_good(table.find("cloud")) || holds(host->clouds, region.cloud)) return;
  reader.enter("region." + key);
  if (host->clouds.empty()) {
    return reader.warn(node->place, "is not an address of this API in any cloud");
  }
  const std::string_view right = host->clouds.substr(0, host->clouds.find(' '));
  reader.warn(node->place, "belongs to cloud = \"" + std::string(right) + "\", and cloud is \"" +
                               region.cloud + "\": set cloud, or correct " + key);
}

}  // namespace

void check_cloud(const Node& table, const Region& region, Reader& reader) {
  warn_of(table, "api", find_host(kApis, to_lower(region.api.host)), region, reader);
  const std::string authority = to_lower(region.authority.host);
  warn_of(table, "authority", find_host(kAuthorities, authority), region, reader);
  const auto audience = http::parse_url(region.audience);
  if (!audience) return;
  const std::string host = to_lower(audience->host);
  const KnownHost* known = find_host(kAudiences, host);
  warn_of(table, "audience", known != nullptr ? known : find_host(kApis, host), region, reader);
}

}  // namespace mactiond::config
