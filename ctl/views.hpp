#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/time.hpp"
#include "text.hpp"

namespace mactiond::ctl {

// Answers of the daemon for a reader. What is missing in one is left out, never an error.

[[nodiscard]] std::string format_actions(const boost::json::object& answer, WallTime now,
                                         const Style& style);
[[nodiscard]] std::string format_action(const boost::json::object& answer, const Style& style);
/// One line.
[[nodiscard]] std::string format_event(const boost::json::object& event);
/// One line that names the whole id, of which the operator may have typed a part.
[[nodiscard]] std::string format_cancel(const boost::json::object& answer);
/// One line.
[[nodiscard]] std::string format_retry(const boost::json::object& answer);
[[nodiscard]] std::string format_plans(const boost::json::object& answer, const Style& style);
[[nodiscard]] std::string format_webhooks(const boost::json::object& answer, const Style& style);
/// One line without its end, for a person.
[[nodiscard]] std::string format_webhook_test(const boost::json::object& answer);
[[nodiscard]] std::string format_dead_letters(const boost::json::object& answer,
                                              const Style& style);

}  // namespace mactiond::ctl
