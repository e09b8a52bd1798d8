#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <cstddef>
#include <iterator>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mactiond::net {

/// Longest chunk header, and longest trailer.
inline constexpr std::size_t kChunkHeaderMax = std::size_t{16} * 1024;

[[nodiscard]] inline Error parse_error(const boost::system::error_code& ec) {
  namespace http = boost::beast::http;
  if (ec == http::error::header_limit) return {Errc::HeaderTooLarge, ""};
  if (ec == http::error::body_limit || ec == http::error::buffer_overflow) {
    return {Errc::BodyTooLarge, ""};
  }
  return {Errc::MalformedHttp, ec.message()};
}

/// Moves what is in buffer through parser: true once the message is complete, false while more is
/// needed. header_left is what the header may still take; the parser's own count restarts
/// whenever a piece ends just inside a line, so it alone bounds nothing. check judges the header
/// once it is whole; what follows a chunked body in a trailer is no part of it.
template <class Parser, class Check>
[[nodiscard]] Result<bool> feed(Parser& parser, boost::beast::flat_buffer& buffer,
                                std::size_t& header_left, const Check& check) {
  // No complete end of a chunked body is shorter. Beast asserts that much, and aborts when the
  // last chunk arrives byte by byte.
  constexpr std::size_t kChunkedEndMin = 5;
  while (!parser.is_done()) {
    const bool in_header = !parser.is_header_done();
    const std::size_t needed = !in_header && parser.chunked() ? kChunkedEndMin : 1;
    if (buffer.size() < needed) return false;
    boost::system::error_code ec;
    const std::size_t used = parser.put(buffer.data(), ec);
    buffer.consume(used);
    if (in_header) {
      if (used > header_left) return Error(Errc::HeaderTooLarge, "");
      header_left -= used;
    }
    if (ec == boost::beast::http::error::need_more) {
      if (in_header && buffer.size() > header_left) return Error(Errc::HeaderTooLarge, "");
      if (buffer.size() > kChunkHeaderMax && !in_header) {
        return Error(Errc::MalformedHttp, "chunk header or trailer too long");
      }
      return false;
    }
    if (ec) return parse_error(ec);
    if (!in_header || !parser.is_header_done()) continue;
    if (const Result<void> right = check(); !right) return right.error();
  }
  return true;
}

/// Whether the end of the message is certain. Only a plain "chunked" can be undone here: with any
/// other coding the end is a guess, and RFC 9112 6.1 calls every coding in HTTP/1.0 faulty.
template <class Parser>
[[nodiscard]] bool has_known_framing(const Parser& parser) {
  const auto& message = parser.get();
  const auto [first, last] = message.equal_range(boost::beast::http::field::transfer_encoding);
  if (first == last) return true;
  return std::next(first) == last && message.version() == 11 &&
         iequals(trim(std::string_view(first->value())), "chunked");
}

}  // namespace mactiond::net
