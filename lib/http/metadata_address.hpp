#pragma once

#include <array>
#include <optional>
#include <string>

namespace mactiond::http {

/// Of an IPv6 address, or of an IPv4 address in its mapped form (::ffff:a.b.c.d).
using AddressBytes = std::array<unsigned char, 16>;

/// The address that host spells out, in any of the forms the resolver takes without asking anyone
/// ("169.254.1", "0xa9fea9fe", "fe80::1"), also with a dot at its end; nothing for a name.
[[nodiscard]] std::optional<AddressBytes> literal_bytes(const std::string& host);

/// Where a cloud machine finds its own credentials: link-local addresses (169.254.0.0/16,
/// fe80::/10) and the fixed addresses of metadata services beside them. An IPv4 one also counts
/// inside IPv6: mapped, compatible, SIIT, 6to4, Teredo, ISATAP, and NAT64 by 64:ff9b::/96 or any
/// prefix within 64:ff9b:1::/48.
[[nodiscard]] bool is_metadata_address(const AddressBytes& address);

}  // namespace mactiond::http
