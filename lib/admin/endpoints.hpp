#pragma once

#include "admin/backend.hpp"
#include "admin/target.hpp"
#include "http/message.hpp"

namespace mactiond::admin {

/// One request to an endpoint of the socket; its query has been checked.
struct Call {
  const http::Request& request;
  const Target& target;
  Backend& backend;
};

[[nodiscard]] http::Answer get_status(const Call& call);
[[nodiscard]] http::Answer get_actions(const Call& call);
/// The path's third segment is the id.
[[nodiscard]] http::Answer get_action(const Call& call);
[[nodiscard]] http::Answer post_cancel(const Call& call);
/// The file that the API links to, as it comes.
[[nodiscard]] http::Answer get_package(const Call& call);
/// The same of a command of a live response: the one that `index` names, or the only one that has
/// a result.
[[nodiscard]] http::Answer get_result(const Call& call);
/// JSON, or server-sent events where the request accepts them.
[[nodiscard]] http::Answer get_events(const Call& call);
[[nodiscard]] http::Answer get_webhooks(const Call& call);
[[nodiscard]] http::Answer get_dead_letters(const Call& call);
/// The path's third and fourth segments are the webhook and the seq.
[[nodiscard]] http::Answer get_dead_letter(const Call& call);
[[nodiscard]] http::Answer post_replay(const Call& call);
[[nodiscard]] http::Answer post_purge(const Call& call);
/// The path's third segment is the webhook. Answers when the receiver did, or did not in time.
[[nodiscard]] http::Answer post_test(const Call& call);
/// The path's third segment is the webhook.
[[nodiscard]] http::Answer post_pause(const Call& call);
[[nodiscard]] http::Answer post_resume_webhook(const Call& call);
/// Answers when everything that is wanted was looked at.
[[nodiscard]] http::Answer post_doctor(const Call& call);
/// The path's third segment is the region.
[[nodiscard]] http::Answer post_retry(const Call& call);
[[nodiscard]] http::Answer get_policies(const Call& call);
[[nodiscard]] http::Answer post_explain(const Call& call);
[[nodiscard]] http::Answer post_suspend(const Call& call);
[[nodiscard]] http::Answer post_resume(const Call& call);
[[nodiscard]] http::Answer get_submissions(const Call& call);
/// The path's third segment is the id.
[[nodiscard]] http::Answer get_submission(const Call& call);
[[nodiscard]] http::Answer post_submission(const Call& call);
/// The path's third segment is the id or the name.
[[nodiscard]] http::Answer get_machine(const Call& call);
/// The path's third segment is the id.
[[nodiscard]] http::Answer get_alert(const Call& call);
[[nodiscard]] http::Answer post_reload(const Call& call);
[[nodiscard]] http::Answer post_reopen(const Call& call);

}  // namespace mactiond::admin
