#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace mactiond::http {

/// An absolute http or https URL, taken apart. No user info, no fragment.
struct Url {
  std::string scheme;        ///< "http" or "https"
  std::string host;          ///< lower case; an IPv6 literal without its brackets
  std::string port;          ///< always set: 80 or 443 where the text names none
  std::string target = "/";  ///< path and query, at least "/"

  [[nodiscard]] bool is_tls() const { return scheme == "https"; }
  /// For the Host header and error texts: brackets for IPv6, the port where it is not the default.
  [[nodiscard]] std::string authority() const;
  bool operator==(const Url&) const = default;
};

/// Errc::InvalidUrl for anything that is not an absolute http(s) URL, has user info, control
/// characters, blanks or a port outside 1 to 65535. The error never repeats the text: it may hold
/// a secret.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

/// base with another target. target starts with "/" and is appended to the path of base (whose
/// query is dropped), so that a base of https://host/prefix works.
[[nodiscard]] Url resolve(const Url& base, std::string_view target);

}  // namespace mactiond::http
