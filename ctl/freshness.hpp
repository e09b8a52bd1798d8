#pragma once

#include <boost/json/object.hpp>
#include <set>
#include <string>

#include "commands.hpp"

namespace mactiond::ctl {

/// Says on stderr which of these regions, of all if none is named, were not polled lately: what was
/// shown of them may be old. Silent where the daemon does not answer.
void warn_of_old_data(const Session& session, const std::set<std::string>& regions);

/// Its lines for an answer of /v1/status; empty if everything is fresh.
[[nodiscard]] std::string format_old_data(const boost::json::object& status,
                                          const std::set<std::string>& regions);

}  // namespace mactiond::ctl
