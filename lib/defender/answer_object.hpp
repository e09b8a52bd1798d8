#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string_view>

#include "json/object.hpp"

namespace mactiond::defender {

/// Reads a token, a link or an error: one JSON object of at most 64 KiB.
[[nodiscard]] inline Result<boost::json::object> parse_answer(std::string_view body) {
  return parse_object(body, std::size_t{64} * 1024);
}

}  // namespace mactiond::defender
