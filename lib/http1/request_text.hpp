#pragma once

#include <string>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "http/message.hpp"

namespace mactiond::net {

/// The bytes of an HTTP/1.1 request, with what http::Request leaves to the client. An error if
/// a part of it could be read as another header line: Errc::InvalidSecret for the authorization,
/// Errc::InvalidUrl for the target, Errc::MalformedHttp for the rest.
[[nodiscard]] Result<std::string> request_text(const http::Request& request);

/// A request to a proxy for a tunnel to host and port (RFC 9110 9.3.6), with "user:password" for
/// the proxy where it is not empty.
[[nodiscard]] std::string connect_text(const http::Url& url, const Secret& credentials);

}  // namespace mactiond::net
