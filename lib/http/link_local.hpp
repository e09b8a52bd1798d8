#pragma once

#include <array>
#include <optional>
#include <string>

namespace mactiond::http {

/// Of an IPv6 address, or of an IPv4 address in its mapped form (::ffff:a.b.c.d).
using AddressBytes = std::array<unsigned char, 16>;

/// The address that host spells out, in any of the forms the resolver takes without asking anyone
/// ("169.254.1", "0xa9fea9fe", "fe80::1"); nothing for a name.
[[nodiscard]] std::optional<AddressBytes> literal_bytes(const std::string& host);

/// 169.254.0.0/16 and fe80::/10, the former also inside IPv6: mapped, compatible, NAT64 by either
/// of its prefixes (64:ff9b::/96 and 64:ff9b:1::/48) and 6to4. Cloud machines find their own
/// credentials at such addresses.
[[nodiscard]] bool is_link_local(const AddressBytes& address);

}  // namespace mactiond::http
