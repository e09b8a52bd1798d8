#include "config/check_region.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/guid.hpp"
#include "base/text.hpp"
#include "config/check_auth.hpp"
#include "config/check_cloud.hpp"
#include "config/check_registration.hpp"
#include "config/value_types.hpp"

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

// A base URL to which the daemon adds more: what is there already would be there twice.
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
  if (secret == nullptr || !is_guid_with_hyphens(region.auth.client_secret.value.reveal())) return;
  reader.enter("region.auth.client_secret");
  reader.warn(secret->place, region.auth.client_secret.source +
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

template <class Value>
struct Compared {
  std::string key;
  const Node* node;  ///< nothing where the default holds
  Value value;
};

std::string text_of(int value) { return std::to_string(value); }
std::string text_of(Duration value) { return duration_text(value); }

std::string last_part(const std::string& key) { return key.substr(key.rfind('.') + 1); }

// Reported at the larger one if the file has it, else at the smaller one.
template <class Value>
void expect_order(const Compared<Value>& larger, const Compared<Value>& smaller, Reader& reader) {
  if (larger.value >= smaller.value) return;
  if (!reader.is_good(larger.node) || !reader.is_good(smaller.node)) return;
  if (larger.node != nullptr) {
    reader.enter(larger.key);
    reader.fail(*larger.node, "must be at least " + last_part(smaller.key) + " (" +
                                  text_of(larger.value) + " < " + text_of(smaller.value) + ')');
  } else if (smaller.node != nullptr) {
    reader.enter(smaller.key);
    reader.fail(*smaller.node, "must be at most " + last_part(larger.key) + " (" +
                                   text_of(smaller.value) + " > " + text_of(larger.value) + ')');
  }
}

void check_order(const Node& root, const Node& table, const Config& config, const Region& region,
                 Reader& reader) {
  const auto value = [&](const std::string& key, auto value_of_key) {
    return Compared<decltype(value_of_key)>{"region." + key, table.find(key), value_of_key};
  };
  const auto& quota = region.core.quota;
  expect_order(value("quota.per_hour", quota.per_hour), value("quota.per_minute", quota.per_minute),
               reader);
  const auto& poll = region.core.poll;
  expect_order(value("poll.idle_interval", poll.idle_interval),
               value("poll.min_interval", poll.min_interval), reader);
  const auto lookback = value("poll.lookback", poll.lookback);
  expect_order(lookback, value("poll.overlap", poll.overlap), reader);
  // Else the sweep would find actions that the store has forgotten, and record them as new.
  expect_order(
      {"retention.closed_actions", root.find("retention.closed_actions"), config.closed_actions},
      lookback, reader);
}

}  // namespace

void check_regions(const Node& root, const std::vector<const Node*>& tables, const Config& config,
                   Reader& reader) {
  check_registrations(tables, config, reader);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    check_auth(*tables[i], config.regions[i], reader);
    check_cloud(*tables[i], config.regions[i], reader);
    check_ids(*tables[i], config.regions[i], reader);
    check_addresses(*tables[i], config.regions[i], reader);
    check_order(root, *tables[i], config, config.regions[i], reader);
  }
}

}  // namespace mactiond::config
