#pragma once

#include <boost/json/array.hpp>
#include <string>

namespace mactiond::ctl {

/// What `status` says of the credentials and permissions of all regions, beside their table: at
/// most one line each. Empty where nothing is to be done.
[[nodiscard]] std::string login_lines(const boost::json::array& regions);

}  // namespace mactiond::ctl
