#pragma once

#include <string>
#include <variant>

#include "base/time.hpp"
#include "core/submission.hpp"
#include "core/submit/submission_follower.hpp"
#include "core/submit/submit_guard.hpp"
#include "core/submit/submit_ledger.hpp"
#include "core/submit/submit_output.hpp"
#include "core/submit/submit_time.hpp"

namespace mactiond::core {

struct SubmissionAccepted {
  std::string id;
  bool is_new = true;  ///< false: the key stood for it before
};

/// The key came with another body before.
struct KeyConflict {
  std::string id;  ///< the submission of the key
};

struct SubmissionHeld {
  SubmitGuard guard = SubmitGuard::Disabled;
  Duration retry_after{};  ///< with SubmitGuard::HourLimit
};

using SubmitReply = std::variant<SubmissionAccepted, KeyConflict, SubmissionHeld>;

/// Takes an order in, or says why not. It holds once the step's rows are stored. id: a new one. A
/// key that is known is answered whatever the guards say, and makes nothing. follower: of the
/// order's region.
[[nodiscard]] SubmitReply ask(SubmissionOrder order, std::string id, SubmitLedger& ledger,
                              SubmissionFollower& follower, const SubmitTime& time,
                              SubmitOutput& out);

}  // namespace mactiond::core
