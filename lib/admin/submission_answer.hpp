#pragma once

#include <string>

#include "admin/backend.hpp"
#include "base/error.hpp"
#include "core/reply.hpp"
#include "core/submission.hpp"
#include "http/message.hpp"

namespace mactiond::admin {

/// A submission as it is now, in its place of the queue, with the name of its computer where that
/// is known.
[[nodiscard]] std::string submission_json(Backend& backend, const core::Submission& submission);

/// What became of an order: 202 for a new submission, 200 for one that its key stood for before, or
/// why there is none.
[[nodiscard]] http::Response answer_order(Backend& backend, const Result<core::Reply>& reply);

}  // namespace mactiond::admin
