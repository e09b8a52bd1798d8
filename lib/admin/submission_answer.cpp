#include "admin/submission_answer.hpp"

#include <cstdint>
#include <utility>
#include <variant>

#include "admin/answers.hpp"
#include "admin/refusals.hpp"
#include "base/iso_time.hpp"

namespace mactiond::admin {
namespace {

void add_if_known(JsonMembers& members, std::string_view key, const std::string& text) {
  if (!text.empty()) members.add(key, text);
}

void add_if_known(JsonMembers& members, std::string_view key, std::optional<WallTime> time) {
  if (time) members.add(key, format_iso_time(*time));
}

// Empty where no stored action names it.
std::string computer_of(Backend& backend, const core::SubmissionOrder& order) {
  const auto known = backend.find_machine(order.region, order.machine);
  return known && *known ? (*known)->computer : std::string();
}

http::Response accepted(Backend& backend, const core::SubmissionAccepted& taken) {
  const auto found = backend.find_submission(taken.id);
  std::string text;
  if (found && *found) {
    text = submission_json(backend, **found);
  } else {
    text = braced(JsonMembers().add("id", taken.id).add("state", "queued"));
  }
  auto response = text_answer(taken.is_new ? 202 : 200, "application/json", text + '\n');
  response.headers.push_back({"Location", "/v1/submissions/" + taken.id});
  return response;
}

int status_of(core::SubmitGuard guard) {
  switch (guard) {
    case core::SubmitGuard::Disabled:
    case core::SubmitGuard::TypeNotAllowed:
      return 403;
    case core::SubmitGuard::StoreRecovered:
      return 409;
    case core::SubmitGuard::HourLimit:
      return 429;
    default:
      return 503;
  }
}

http::Response held(const core::SubmissionHeld& refusal) {
  auto response = problem(status_of(refusal.guard), sentence(refusal.guard),
                          JsonMembers().add("guard", to_string(refusal.guard)));
  const bool passes = response.status == 409 || response.status == 429;
  return passes ? with_retry_after(std::move(response), refusal.retry_after) : response;
}

http::Response refused(const core::Refusal& refusal) {
  if (const auto* guard = std::get_if<core::SubmissionHeld>(&refusal)) return held(*guard);
  return problem(503, sentence(refusal));
}

}  // namespace

std::string submission_json(Backend& backend, const core::Submission& submission) {
  const core::SubmissionOrder& order = submission.order;
  JsonMembers members;
  members.add("id", submission.id)
      .add("state", to_string(submission.state))
      .add("region", order.region)
      .add("machine", order.machine);
  add_if_known(members, "computer", computer_of(backend, order));
  members.add("type", type_of(order.request).text())
      .add("comment", order.comment)
      .add("requested_by", order.by.name);
  add_if_known(members, "requested_by_note", order.by.note);
  add_if_known(members, "asked", submission.asked.wall);
  add_if_known(members, "action_id", submission.action.value);
  add_if_known(members, "blocked_by", submission.blocked_by.value);
  // Of one in the queue it changes often, and is not stored each time.
  const std::string held = backend.held_by(submission.id);
  add_if_known(members, "reason", held.empty() ? submission.reason : held);
  add_if_known(members, "answer", submission.answer);
  if (submission.posted) add_if_known(members, "posted", submission.posted->wall);
  add_if_known(members, "submitted", submission.submitted);
  add_if_known(members, "ended", submission.ended);
  const auto ahead = backend.ahead_of(submission.id);
  if (ahead) members.add("position", static_cast<std::int64_t>(*ahead) + 1);
  return braced(members.add("posts", std::int64_t{submission.posts}));
}

http::Response answer_order(Backend& backend, const Result<core::Reply>& reply) {
  // With its key it may be repeated, whatever became of it.
  if (!reply) return problem(503, reply.error().message());
  if (const auto* taken = std::get_if<core::SubmissionAccepted>(&*reply)) {
    return accepted(backend, *taken);
  }
  if (const auto* conflict = std::get_if<core::KeyConflict>(&*reply)) {
    return problem(409, "the Idempotency-Key came with another body before, for " + conflict->id +
                            ": take a new key for a new submission");
  }
  if (const auto* refusal = std::get_if<core::Refused>(&*reply)) return refused(refusal->reason);
  return problem(422, "the region is not configured any more: name another one");
}

}  // namespace mactiond::admin
