#pragma once

#include <optional>
#include <string>

#include "core/reply.hpp"
#include "core/submission.hpp"
#include "core/submit/submission_follower.hpp"
#include "core/submit/submit_ledger.hpp"
#include "core/submit/submit_output.hpp"
#include "core/submit/submit_time.hpp"

namespace mactiond::core {

/// The answer to an order whose key is known, whatever else it says; nothing where it is not.
[[nodiscard]] std::optional<Reply> known_by_key(const SubmissionOrder& order,
                                                const SubmitLedger& ledger);

/// The answer to an order that makes no new submission, whatever its machine: its key is known, or
/// a guard holds. Nothing where it would be accepted.
[[nodiscard]] std::optional<Reply> foresee(const SubmissionOrder& order, const SubmitLedger& ledger,
                                           const SubmitTime& time);

/// Accepts an order, or says why not. It holds once the step's rows are stored. id: a new one. A
/// key that is known is answered whatever the guards say, and makes nothing. follower: of the
/// order's region.
[[nodiscard]] Reply ask(SubmissionOrder order, std::string id, SubmitLedger& ledger,
                        SubmissionFollower& follower, const SubmitTime& time, SubmitOutput& out);

}  // namespace mactiond::core
