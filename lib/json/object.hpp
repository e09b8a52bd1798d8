#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace mactiond {

/// Errc::MalformedJson for what is not JSON, Errc::UnexpectedDocument for JSON that is no object
/// and for a text of more than most bytes.
[[nodiscard]] Result<boost::json::object> parse_object(std::string_view text,
                                                       std::size_t most = std::string_view::npos);
/// The same where a text that is no object says nothing.
[[nodiscard]] boost::json::object object_or_empty(std::string_view text);

// A member of an object. What is missing and what has another type count the same.

[[nodiscard]] std::optional<std::string> find_text(const boost::json::object& object,
                                                   std::string_view key);
/// Empty where there is none.
[[nodiscard]] std::string_view text_in(const boost::json::object& object, std::string_view key);
[[nodiscard]] std::optional<std::int64_t> number_in(const boost::json::object& object,
                                                    std::string_view key);
[[nodiscard]] bool is_true(const boost::json::object& object, std::string_view key);
/// Empty where there is none.
[[nodiscard]] const boost::json::object& object_in(const boost::json::object& object,
                                                   std::string_view key);
/// nullptr where there is none.
[[nodiscard]] const boost::json::array* list_in(const boost::json::object& object,
                                                std::string_view key);

}  // namespace mactiond
