#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "base/error.hpp"

namespace mactiond::defender {

/// Reads a small answer: one JSON object of at most 64 KiB.
[[nodiscard]] Result<boost::json::object> parse_object(std::string_view body);

/// The text under name; empty where it is absent or something else.
[[nodiscard]] std::string_view text_of(const boost::json::object& object, std::string_view name);

}  // namespace mactiond::defender
