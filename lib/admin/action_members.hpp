#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "action/action_request.hpp"

namespace mactiond::admin {

/// Of a body: "comment is no text"; nothing where it is right. It says what to do.
using Mistake = std::optional<std::string>;

/// A word of the caller as an answer quotes it: long ones cut.
[[nodiscard]] std::string quoted(std::string_view word);
/// What is wrong with a word that should be one of known.
[[nodiscard]] std::string not_among(std::string_view what, std::string_view word,
                                    const std::vector<std::string_view>& known);

/// Refuses what is not among known. place: "commands[0]", or empty.
[[nodiscard]] Mistake unknown_member(const boost::json::object& object, std::string_view place,
                                     const std::vector<std::string_view>& known);
/// Reads a text into value, if it is there.
[[nodiscard]] Mistake read_text(const boost::json::object& object, std::string_view key,
                                std::optional<std::string>& value);

/// Reads what is to be started: `type`, and `scope`, `sha1` or `commands` where the type has it.
[[nodiscard]] Mistake read_action(const boost::json::object& body, ActionRequest& request);

}  // namespace mactiond::admin
