#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mactionsim/call.hpp"

namespace mactiond::sim {

/// An answer as bytes of HTTP/1.1.
struct Wire {
  std::string bytes;
  std::size_t head = 0;  ///< length of status line and headers, blank line included
};

/// Ends a body in chunks.
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// The body under a content coding.
[[nodiscard]] std::string encode(std::string_view body, Encoding encoding);

/// The whole answer; how much of it is sent, and how, is the server's matter. A body that is to
/// break off inside a chunk, or never to end, is sent in chunks.
[[nodiscard]] Wire render_reply(const Reply& reply, bool keep_alive);

}  // namespace mactiond::sim
