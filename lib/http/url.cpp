#include "http/url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>

#include "base/text.hpp"

namespace mactiond::http {
namespace {

constexpr std::size_t kHostMax = 253;

std::string_view default_port(std::string_view scheme) { return scheme == "https" ? "443" : "80"; }

// Printable ASCII without the blank; a URL holds nothing else.
bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

bool is_name(std::string_view host) {
  return !host.empty() && host.size() <= kHostMax && host.front() != '.' &&
         host.find("..") == std::string_view::npos &&
         std::all_of(host.begin(), host.end(), is_host_character);
}

bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

std::optional<std::string> read_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (port < 1 || port > 65535) return std::nullopt;
  return std::to_string(port);
}

// text is what follows the host: nothing, ":" or ":port".
bool read_port_suffix(std::string_view text, Url& url) {
  url.port = default_port(url.scheme);
  if (text.empty() || text == ":") return true;
  if (text.front() != ':') return false;
  const auto port = read_port(text.substr(1));
  if (port) url.port = *port;
  return port.has_value();
}

bool read_authority(std::string_view text, Url& url) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    url.host = to_lower(text.substr(1, end - 1));
    return is_ipv6(url.host) && read_port_suffix(text.substr(end + 1), url);
  }
  const std::size_t colon = std::min(text.find(':'), text.size());
  url.host = to_lower(text.substr(0, colon));
  return is_name(url.host) && read_port_suffix(text.substr(colon), url);
}

std::optional<Url> read_url(std::string_view text) {
  if (!is_printable(text) || text.find('#') != std::string_view::npos) return std::nullopt;
  const std::size_t separator = text.find("://");
  if (separator == std::string_view::npos) return std::nullopt;
  Url url;
  url.scheme = to_lower(text.substr(0, separator));
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  text.remove_prefix(separator + 3);
  const std::size_t authority_end = std::min(text.find_first_of("/?"), text.size());
  if (!read_authority(text.substr(0, authority_end), url)) return std::nullopt;
  text.remove_prefix(authority_end);
  url.target = text.starts_with('/') ? "" : "/";
  url.target += text;
  return url;
}

}  // namespace

std::string Url::authority() const {
  const bool literal = host.find(':') != std::string::npos;
  std::string text = literal ? '[' + host + ']' : host;
  if (port != default_port(scheme)) text += ':' + port;
  return text;
}

Result<Url> parse_url(std::string_view text) {
  auto url = read_url(text);
  if (!url) return Error(Errc::InvalidUrl, "");
  return *std::move(url);
}

Url resolve(const Url& base, std::string_view target) {
  Url url = base;
  url.target.erase(std::min(url.target.find('?'), url.target.size()));
  while (url.target.ends_with('/')) url.target.pop_back();
  url.target += target;
  return url;
}

}  // namespace mactiond::http
