#include "core/submit/idempotency.hpp"

namespace mactiond::core {

IdempotencyKeys::Found IdempotencyKeys::find(const SubmissionOrder& order) const {
  if (order.key.empty()) return {};
  const auto use = uses_.find(order.key);
  if (use == uses_.end()) return {};
  return {use->second.id, use->second.body_hash == order.body_hash};
}

void IdempotencyKeys::remember(const Submission& submission) {
  const SubmissionOrder& order = submission.order;
  if (!order.key.empty()) uses_.insert_or_assign(order.key, Use{submission.id, order.body_hash});
}

void IdempotencyKeys::forget(const Submission& submission) {
  const auto use = uses_.find(submission.order.key);
  if (use != uses_.end() && use->second.id == submission.id) uses_.erase(use);
}

}  // namespace mactiond::core
