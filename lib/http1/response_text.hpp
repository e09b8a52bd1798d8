#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "http/message.hpp"

namespace mactiond::net {

/// The bytes of an HTTP/1.1 answer, its length and what becomes of the connection added. method is
/// the request's: HEAD is answered by the header alone.
[[nodiscard]] std::string response_text(const http::Response& response, std::string_view method,
                                        bool keep_alive);

/// The header of an answer that lasts until the connection ends.
[[nodiscard]] std::string stream_head_text(const std::vector<http::Header>& headers);

/// The header of an answer whose body ends by its length, or in chunks where that is not known.
[[nodiscard]] std::string transfer_head_text(const http::Transfer& transfer);
/// One chunk; of no bytes: the end of the body.
[[nodiscard]] std::string chunk_text(std::string_view piece);

/// The status that says why a request could not be read; 0: no client is left to read it.
[[nodiscard]] int status_of(const Error& error);

/// The answer to a request that could not be read, as problem+json (RFC 9457).
[[nodiscard]] std::string refusal_text(int status);

}  // namespace mactiond::net
