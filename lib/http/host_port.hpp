#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mactiond::http {

struct HostPort {
  std::string host;                     ///< of an IPv6 address without its brackets
  std::optional<std::uint16_t> port{};  ///< nothing if the text names none
  bool operator==(const HostPort&) const = default;
};

/// An IPv4 address of four numbers, or an IPv6 address without brackets.
[[nodiscard]] bool is_address(const std::string& host);

/// A decimal number from 0 to 65535 and nothing else.
[[nodiscard]] std::optional<std::uint16_t> parse_port(std::string_view text);

/// Takes "host", "host:", "host:port" and the same with "[IPv6 address]" apart. The host is judged
/// in brackets only.
[[nodiscard]] std::optional<HostPort> split_host_port(std::string_view text);

/// The same for a server that is called: the host is a name or an address, and is returned in lower
/// case. The port is not 0.
[[nodiscard]] std::optional<HostPort> parse_server(std::string_view text);

/// The same for an address to listen on. A name is refused: it may lead to several addresses. The
/// port must be there; 0 lets the system choose.
[[nodiscard]] std::optional<HostPort> parse_listen_address(std::string_view text);

/// "host:port", or "host" if port is empty; an IPv6 address in brackets.
[[nodiscard]] std::string host_port_text(std::string_view host, std::string_view port);

}  // namespace mactiond::http
