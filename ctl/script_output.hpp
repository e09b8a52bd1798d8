#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace mactiond::ctl {

/// What a RunScript wrote, as the service keeps it: `script_name`, `exit_code`, `script_output`,
/// `script_errors`. Nothing if it is no such document. NULs in it are left out.
[[nodiscard]] std::optional<boost::json::object> parse_script_output(std::string_view document);

/// As JSON again.
[[nodiscard]] std::string serialize_script_output(const boost::json::object& output);

/// The same for a reader.
[[nodiscard]] std::string format_script_output(const boost::json::object& output);

}  // namespace mactiond::ctl
