#include "config/check_region.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "config/kind.hpp"
#include "config/peer_kind.hpp"

namespace mactiond::config {
namespace {

constexpr std::array<std::string_view, 6> kMicrosoft = {
    ".microsoft.com",       ".microsoft.us",       ".windows.com",
    ".microsoftonline.com", ".microsoftonline.us", ".windows.net"};

bool is_microsoft(const std::string& host) {
  return std::any_of(kMicrosoft.begin(), kMicrosoft.end(),
                     [&host](std::string_view domain) { return host.ends_with(domain); });
}

// Of a URL, in lower case, with single slashes and none at the end: "" or "/api".
std::string path_of(const http::Url& url) {
  std::string path;
  for (const char c : to_lower(url.target)) {
    if (c != '/' || !path.ends_with('/')) path += c;
  }
  if (path.ends_with('/')) path.pop_back();
  return path;
}

std::string origin_of(const http::Url& url) { return url.scheme + "://" + url.authority(); }

bool is_all_zeros(std::string_view id) {
  return id.find('0') != std::string_view::npos &&
         id.find_first_not_of("0-{}") == std::string_view::npos;
}

bool is_guid(std::string_view text) {
  constexpr std::string_view kShape = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
  constexpr std::string_view kHex = "0123456789abcdefABCDEF";
  if (text.size() != kShape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fits = kShape[i] == '-' ? text[i] == '-' : kHex.find(text[i]) != kHex.npos;
    if (!fits) return false;
  }
  return true;
}

// Without hyphens and braces, in lower case.
bool is_plain_guid(std::string_view digits) {
  constexpr std::size_t kDigits = 32;
  return digits.size() == kDigits &&
         digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// The one form of an id: a GUID may be written with or without hyphens and braces.
std::string plain_id(const std::string& id) {
  std::string digits;
  for (const char c : to_lower(id)) {
    if (c != '-' && c != '{' && c != '}') digits += c;
  }
  return is_plain_guid(digits) ? digits : to_lower(id);
}

// A base URL to which the daemon adds more: what stands there already would stand there twice.
struct Base {
  std::string key;
  const http::Url& url;
  bool repeats;            ///< holds what the daemon adds
  std::string_view added;  ///< by the daemon
};

void check_base(const Node& table, const Base& base, Reader& reader) {
  const Node* node = table.find(base.key);
  if (node == nullptr || !reader.is_good(node)) return;
  reader.enter("region." + base.key);
  const std::string remedy =
      "mactiond adds " + std::string(base.added) + " itself; write " + origin_of(base.url);
  if (is_microsoft(base.url.host) && !path_of(base.url).empty()) {
    reader.fail(*node, "must not have a path: " + remedy);
  } else if (base.repeats) {
    reader.warn(node->place, "ends in " + shown(path_of(base.url)) + ", and " + remedy +
                                 " unless your gateway wants it twice");
  }
}

void check_audience(const Node& table, const Region& region, Reader& reader) {
  const Node* node = table.find("audience");
  if (node == nullptr || !reader.is_good(node)) return;
  constexpr std::string_view kDefault = "/.default";
  std::string audience = to_lower(region.audience);
  while (audience.ends_with('/')) audience.pop_back();
  if (!audience.ends_with(kDefault)) return;
  std::string right = region.audience.substr(0, audience.size() - kDefault.size());
  while (right.ends_with('/')) right.pop_back();
  reader.enter("region.audience");
  reader.fail(*node, "must not end in /.default: mactiond adds it itself; write " + shown(right));
}

void check_ids(const Node& table, const Region& region, Reader& reader) {
  const std::array<std::pair<std::string, const std::string*>, 2> kIds = {
      {{"tenant_id", &region.tenant_id}, {"client_id", &region.client_id}}};
  for (const auto& [key, id] : kIds) {
    const Node* node = table.find(key);
    if (node == nullptr || !is_all_zeros(*id)) continue;
    reader.enter("region." + key);
    reader.warn(node->place, "is still the id of the example: put the one of your own " +
                                 std::string(key == "tenant_id" ? "directory (tenant)"
                                                                : "app registration (client)"));
  }
  const Node* secret = table.find("auth.client_secret");
  if (secret == nullptr || !is_guid(region.client_secret.value.reveal())) return;
  reader.enter("region.auth.client_secret");
  reader.warn(secret->place, region.client_secret.source +
                                 ": looks like the id of a client secret; what is needed is its "
                                 "value, which is shown only when the secret is made");
}

void check_addresses(const Node& table, const Region& region, Reader& reader) {
  const std::string api = path_of(region.api);
  const bool repeats_api = api.ends_with("/api") || api.find("/api/") != std::string::npos;
  check_base(table, {"api", region.api, repeats_api, "/api"}, reader);
  const std::string authority = path_of(region.authority) + '/';
  const bool repeats_tenant =
      authority.find("/oauth2/") != std::string::npos ||
      authority.find('/' + to_lower(region.tenant_id) + '/') != std::string::npos;
  check_base(table, {"authority", region.authority, repeats_tenant, "the tenant"}, reader);
  check_audience(table, region, reader);
}

// A domain may be that of a tenant written as a GUID, or another domain of it.
void check_spellings(const std::vector<const Node*>& tables, const Config& config, Reader& reader) {
  reader.enter("region");
  for (std::size_t i = 1; i < tables.size(); ++i) {
    const Region& region = config.regions[i];
    if (region.tenant_id.empty() || region.client_id.empty()) continue;
    const std::string tenant = plain_id(region.tenant_id);
    const auto end = config.regions.begin() + static_cast<std::ptrdiff_t>(i);
    const auto other = std::find_if(config.regions.begin(), end, [&](const Region& before) {
      const std::string its = plain_id(before.tenant_id);
      return !its.empty() && its != tenant && !(is_plain_guid(its) && is_plain_guid(tenant)) &&
             plain_id(before.client_id) == plain_id(region.client_id);
    });
    if (other == end) continue;
    reader.warn(tables[i]->place,
                "same client as region " + shown(other->core.name) +
                    ", and its tenant may be the same, written in another form: each action would "
                    "be recorded twice, and each would spend the other's quota; write the "
                    "tenant_id of both as GUIDs");
  }
}

// Ids have no letter case; a URL does not make two of one registration.
void check_pairs(const std::vector<const Node*>& tables, const Config& config, Reader& reader) {
  std::map<std::string, std::vector<std::size_t>> of_tenant;
  reader.enter("region");
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const Region& region = config.regions[i];
    if (region.tenant_id.empty()) continue;
    auto& others = of_tenant[plain_id(region.tenant_id)];
    const auto same = std::find_if(others.begin(), others.end(), [&](std::size_t other) {
      const std::string& client = config.regions[other].client_id;
      return !client.empty() && plain_id(client) == plain_id(region.client_id);
    });
    if (same != others.end()) {
      reader.fail(tables[i]->place,
                  "same tenant and client as region " + shown(config.regions[*same].core.name) +
                      ": each action would be recorded twice, and each would spend the other's "
                      "quota; remove one");
    } else if (!others.empty() && !region.client_id.empty()) {
      reader.warn(tables[i]->place, "same tenant as region " +
                                        shown(config.regions[others.front()].core.name) +
                                        ": each action is recorded twice, once for each region");
    }
    others.push_back(i);
  }
}

}  // namespace

void check_registrations(const std::vector<const Node*>& tables, const Config& config,
                         Reader& reader) {
  check_pairs(tables, config, reader);
  check_spellings(tables, config, reader);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    check_ids(*tables[i], config.regions[i], reader);
    check_addresses(*tables[i], config.regions[i], reader);
  }
}

}  // namespace mactiond::config
