#include "http/link_check.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "http/host_port.hpp"
#include "http/metadata_address.hpp"

namespace mactiond::http {
namespace {

constexpr std::size_t kLinkMax = std::size_t{16} * 1024;
constexpr std::string_view kHttps = "443";

bool fits(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return iequals(pattern, host);
  pattern.remove_prefix(1);
  return host.size() > pattern.size() &&
         iequals(host.substr(host.size() - pattern.size()), pattern);
}

/// What stands between the scheme and the path.
std::string_view authority_of(std::string_view link) {
  const std::size_t separator = link.find("://");
  if (separator == std::string_view::npos) return {};
  link.remove_prefix(separator + 3);
  return link.substr(0, link.find_first_of("/?#"));
}

LinkRefusal refuse_text(std::string_view link) {
  const std::string_view authority = authority_of(link);
  const std::size_t at = authority.rfind('@');
  const auto server =
      at == std::string_view::npos ? std::nullopt : parse_server(authority.substr(at + 1));
  if (!server) return {"the link that the API gave is no https URL"};
  return {"the link to " + server->host + " names a user; such links are not followed"};
}

std::optional<LinkRefusal> refuse(const Url& url, const LinkHosts& hosts) {
  if (!url.is_tls()) {
    return LinkRefusal{"the link leads to " + url.host + " over http; only https is followed"};
  }
  const auto& service = hosts.service;
  if (service && service->host == url.host && service->port == url.port) return std::nullopt;
  if (literal_bytes(url.host)) {
    return LinkRefusal{"the link leads to the address " + url.host +
                       "; links are followed to named hosts only"};
  }
  const bool is_allowed = std::any_of(hosts.names.begin(), hosts.names.end(),
                                      [&](const auto& name) { return fits(name, url.host); });
  if (!is_allowed) {
    return LinkRefusal{"the link leads to " + url.host +
                       ", which is not allowed; if you trust that host, add it to [submit] "
                       "link_hosts, beside the others that links lead to"};
  }
  if (url.port != kHttps) {
    return LinkRefusal{"the link leads to port " + url.port + " of " + url.host +
                       "; links are followed to port 443 only"};
  }
  return std::nullopt;
}

}  // namespace

std::variant<Url, LinkRefusal> check_link(const Secret& link, const LinkHosts& hosts) {
  const std::string& text = link.reveal();
  if (text.size() > kLinkMax) return LinkRefusal{"the link that the API gave is too long"};
  auto url = parse_url(text);
  if (!url) return refuse_text(text);
  if (auto refusal = refuse(*url, hosts)) return *std::move(refusal);
  return *std::move(url);
}

}  // namespace mactiond::http
