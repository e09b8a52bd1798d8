#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mactiond::net {

/// The address that host spells out, in any of the forms the resolver takes without asking
/// anyone ("10.1", "0xa9fea9fe"), or nothing for a name.
[[nodiscard]] std::optional<boost::asio::ip::address> literal_address(const std::string& host);

/// As http::is_metadata_address.
[[nodiscard]] bool is_metadata_address(const boost::asio::ip::address& address);

/// Families take turns, the first stays first: one broken family costs one attempt before the
/// other is tried. The order within a family is kept.
[[nodiscard]] std::vector<boost::asio::ip::address> alternate_families(
    const std::vector<boost::asio::ip::address>& addresses);

}  // namespace mactiond::net
