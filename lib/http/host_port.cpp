#include "http/host_port.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <system_error>

#include "base/text.hpp"

namespace mactiond::http {
namespace {

constexpr std::size_t kHostMax = 253;

bool is_of_family(int family, const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  const bool is_whole = text.find('\0') == std::string::npos;
  return is_whole && inet_pton(family, text.c_str(), bytes.data()) == 1;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

bool is_name(std::string_view host) {
  return host.size() <= kHostMax && host.front() != '.' &&
         host.find("..") == std::string_view::npos &&
         std::all_of(host.begin(), host.end(), is_host_character);
}

bool is_ipv6(const std::string& host) { return is_of_family(AF_INET6, host); }

// rest is what follows the host: nothing, ":" or ":port".
std::optional<HostPort> with_port(std::string_view host, std::string_view rest) {
  HostPort result{std::string(host)};
  if (rest.empty() || rest == ":") return result;
  if (!rest.starts_with(':')) return std::nullopt;
  result.port = parse_port(rest.substr(1));
  if (!result.port) return std::nullopt;
  return result;
}

}  // namespace

bool is_address(const std::string& host) { return is_of_family(AF_INET, host) || is_ipv6(host); }

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, port);
  if (error != std::errc{} || end != last) return std::nullopt;
  return port;
}

std::optional<HostPort> split_host_port(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    auto result = with_port(text.substr(1, end - 1), text.substr(end + 1));
    if (result && !is_ipv6(result->host)) return std::nullopt;
    return result;
  }
  const std::size_t colon = std::min(text.find(':'), text.size());
  if (colon == 0) return std::nullopt;
  return with_port(text.substr(0, colon), text.substr(colon));
}

std::optional<HostPort> parse_server(std::string_view text) {
  auto server = split_host_port(text);
  if (!server || server->port == 0) return std::nullopt;
  server->host = to_lower(server->host);
  if (!is_name(server->host) && !is_ipv6(server->host)) return std::nullopt;
  return server;
}

std::optional<HostPort> parse_listen_address(std::string_view text) {
  auto listen = split_host_port(text);
  if (!listen || !listen->port) return std::nullopt;
  if (!is_address(listen->host)) return std::nullopt;
  return listen;
}

std::string host_port_text(std::string_view host, std::string_view port) {
  const bool is_v6 = host.find(':') != std::string_view::npos;
  std::string text = is_v6 ? '[' + std::string(host) + ']' : std::string(host);
  if (!port.empty()) text.append(":").append(port);
  return text;
}

}  // namespace mactiond::http
