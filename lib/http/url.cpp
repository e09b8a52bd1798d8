#include "http/url.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "base/text.hpp"
#include "http/host_port.hpp"

namespace mactiond::http {
namespace {

std::string default_port(std::string_view scheme) { return scheme == "https" ? "443" : "80"; }

// Printable ASCII without the blank; a URL holds nothing else.
bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool read_authority(std::string_view text, Url& url) {
  const auto server = parse_server(text);
  if (!server) return false;
  url.host = server->host;
  url.port = server->port ? std::to_string(*server->port) : default_port(url.scheme);
  return true;
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
  if (text.starts_with('/')) url.target.clear();  // "/" until here
  url.target += text;
  return url;
}

}  // namespace

std::string Url::authority() const {
  return host_port_text(host, port == default_port(scheme) ? "" : port);
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
