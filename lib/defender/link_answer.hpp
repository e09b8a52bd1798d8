#pragma once

#include <string_view>

#include "base/error.hpp"
#include "http/url.hpp"

namespace mactiond::defender {

/// The link that an answer to link_requests.hpp holds; it holds a credential. InvalidUrl if it does
/// not begin with https; UnexpectedDocument if there is none.
[[nodiscard]] Result<http::Url> parse_link(std::string_view body);

}  // namespace mactiond::defender
