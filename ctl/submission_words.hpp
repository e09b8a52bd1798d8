#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "core/submission_state.hpp"

namespace mactiond::ctl {

// What a submission of the daemon (docs/openapi.yaml) says in words. Not printable yet.

/// Nothing for a state that this version does not know.
[[nodiscard]] std::optional<core::SubmissionState> state_of(const boost::json::object& submission);

/// An unknown state is none.
[[nodiscard]] bool has_ended(const boost::json::object& submission);

/// How a program ends that waited for it.
[[nodiscard]] int exit_code_of(const boost::json::object& submission);

/// Why it is in its state and what to do, from its `reason`, `answer` and `blocked_by`; empty where
/// there is nothing to say.
[[nodiscard]] std::string explain_state(const boost::json::object& submission);

/// "sub_…: queued, position 3".
[[nodiscard]] std::string describe_step(const boost::json::object& submission);

/// Of an ended one, or of one that is still open when the time is up: a sentence for a person.
[[nodiscard]] std::string describe_end(const boost::json::object& submission);

/// Since it was asked for; nothing where that is not known.
[[nodiscard]] std::optional<Duration> age_of(const boost::json::object& submission, WallTime now);

}  // namespace mactiond::ctl
