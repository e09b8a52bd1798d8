#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace mactiond::net {

/// Undoes the Content-Encoding named by coding: gzip (also several members in a row), deflate (in
/// its zlib and its raw form), identity or none. No more than limit bytes are ever produced: a
/// longer body is Errc::BodyTooLarge. A truncated or damaged body, bytes after its end and any
/// other coding are Errc::BadContentEncoding. An empty body is empty under every coding known.
[[nodiscard]] Result<std::string> decode_body(std::string_view coding, std::string body,
                                              std::size_t limit);

}  // namespace mactiond::net
