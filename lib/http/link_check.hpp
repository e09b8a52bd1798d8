#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/secret.hpp"
#include "http/url.hpp"

namespace mactiond::http {

/// Where links of an API may lead to: https, port 443.
struct LinkHosts {
  std::vector<std::string> names;  ///< "files.example"; "*.files.example": every name below it
  /// This server may be linked to as well, at its own port, also where its host is an address.
  std::optional<Url> service{};
};

struct LinkRefusal {
  /// For operators, without a full stop. It names the host at most: a link holds a credential.
  std::string sentence;
};

/// Where the link leads to, or why it must not be followed.
[[nodiscard]] std::variant<Url, LinkRefusal> check_link(const Secret& link, const LinkHosts& hosts);

}  // namespace mactiond::http
