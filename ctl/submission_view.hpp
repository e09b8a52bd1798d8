#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/time.hpp"
#include "text.hpp"

namespace mactiond::ctl {

// Submissions, and what refuses one, for a reader. What is missing is left out, never an error.

[[nodiscard]] std::string format_submissions(const boost::json::object& answer, WallTime now,
                                             const Style& style);
[[nodiscard]] std::string format_submission(const boost::json::object& submission,
                                            const Style& style);
/// A sentence: the answer to what was asked for. is_new: no earlier request made the submission.
[[nodiscard]] std::string format_accepted(const boost::json::object& answer, bool is_new);
[[nodiscard]] std::string format_alert(const boost::json::object& answer, const Style& style);

/// The machines that a problem document offers to choose from, without the last end of line; empty
/// if it offers none.
[[nodiscard]] std::string format_candidates(const boost::json::object& problem, const Style& style);

/// Why a submission was not taken, and what to do; several lines without the last end.
/// retry_after: the header; may be empty.
[[nodiscard]] std::string format_refusal(int status, const std::string& body,
                                         const std::string& retry_after, const Style& style);

}  // namespace mactiond::ctl
