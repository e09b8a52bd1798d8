#pragma once

#include <string_view>

#include "base/error.hpp"
#include "base/secret.hpp"

namespace mactiond::defender {

/// The link that an answer to link_requests.hpp holds, whatever it is: http::check_link says
/// whether it may be followed. UnexpectedDocument if there is none.
[[nodiscard]] Result<Secret> parse_link(std::string_view body);

}  // namespace mactiond::defender
