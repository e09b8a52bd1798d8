#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string_view>
#include <variant>

#include "event/operator.hpp"
#include "http/message.hpp"

namespace mactiond::admin {

inline constexpr std::size_t kBodyMax = std::size_t{64} * 1024;
inline constexpr std::size_t kNoteMax = 200;

/// The JSON object a request carries, or the answer that says why it is none: another content
/// type, not JSON, more than most bytes. No body at all is an empty object.
[[nodiscard]] std::variant<boost::json::object, http::Response> parse_json(
    const http::Request& request, std::size_t most);

/// The same; members that are not among allowed (separated by blanks) are refused too.
[[nodiscard]] std::variant<boost::json::object, http::Response> parse_body(
    const http::Request& request, std::string_view allowed, std::size_t most = kBodyMax);

/// Who sends the request: the peer of its socket, and the name that its body's member `operator`
/// gives.
[[nodiscard]] core::Operator operator_of(const http::Request& request,
                                         const boost::json::object& body);

}  // namespace mactiond::admin
