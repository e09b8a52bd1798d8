#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

#include "admin/answers.hpp"
#include "admin/body.hpp"
#include "admin/endpoints.hpp"
#include "admin/names.hpp"
#include "admin/status_json.hpp"
#include "base/iso_time.hpp"
#include "event/event_record.hpp"

namespace mactiond::admin {
namespace {

JsonMembers letter_members(const core::DeadLetterView& letter) {
  JsonMembers members;
  members.add("webhook", letter.webhook).add("seq", static_cast<std::int64_t>(letter.seq));
  const auto& event = letter.event;
  add_or_null(members, "id", event ? event->id : std::string());
  add_or_null(members, "type", event ? std::string(to_string(event->type)) : std::string());
  add_or_null(members, "action_id", event ? event->action.value : std::string());
  members.add("attempts", std::int64_t{letter.attempts})
      .add("reason", letter.reason)
      .add("died", format_iso_time(letter.died));
  return members;
}

// "webhook/seq" of the last one shown; a webhook's name has no "/".
std::optional<http::Response> read_cursor(const Target& target, core::DeadLetterFilter& filter) {
  const auto text = target.parameter("cursor");
  if (!text) return std::nullopt;
  const auto slash = text->rfind('/');
  const auto seq = slash == std::string::npos
                       ? std::nullopt
                       : parse_number(std::string_view(*text).substr(slash + 1));
  if (!seq) return bad_request("cursor is not one of ours: take \"next\" of an answer as it is");
  filter.after_webhook = text->substr(0, slash);
  filter.after_seq = *seq;
  return std::nullopt;
}

http::Response tested_answer(const std::string& webhook, const core::WebhookTested& tested) {
  const Outcome& outcome = tested.outcome;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(tested.took);
  JsonMembers members;
  members.add("webhook", webhook)
      .add("delivered", outcome.ok())
      .add_raw("status", outcome.status != 0 ? std::to_string(outcome.status) : "null");
  add_or_null(members, "reason", outcome.ok() ? "" : describe(outcome));
  members.add("took_ms", std::int64_t{took.count()});
  return json_answer(members);
}

}  // namespace

http::Answer post_test(const Call& call) {
  const auto body = parse_body(call.request, "operator");
  if (const auto* refusal = std::get_if<http::Response>(&body)) return *refusal;
  const std::string& webhook = call.target.path[2];
  return http::Later{[webhook, &backend = call.backend](auto done) {
    const auto refused =
        backend.test_webhook(webhook, [webhook, done](const core::WebhookTested& tested) {
          done(tested_answer(webhook, tested));
        });
    if (refused) done(answer_webhook(backend, webhook, *refused, {}));
  }};
}

http::Answer get_webhooks(const Call& call) {
  JsonMembers members;
  members.add_raw("webhooks", json_list(call.backend.status().webhooks, webhook_json));
  return json_answer(members);
}

http::Answer get_dead_letters(const Call& call) {
  core::DeadLetterFilter filter;
  if (const auto webhook = call.target.parameter("webhook")) {
    if (auto refusal = refuse_unknown_webhook(call, *webhook)) return *std::move(refusal);
    filter.webhook = *webhook;
  }
  const auto limit = parse_limit(call.target);
  if (!limit) return bad_limit();
  filter.limit = *limit;
  if (auto refusal = read_cursor(call.target, filter)) return *std::move(refusal);
  const auto page = call.backend.find_dead_letters(filter);
  if (!page) return store_failed(page.error());
  JsonMembers members;
  members.add_raw("dead_letters", json_list(page->letters, [](const core::DeadLetterView& letter) {
                    return braced(letter_members(letter));
                  }));
  std::string next;
  if (page->more) {
    const auto& last = page->letters.back();
    next = last.webhook + '/' + std::to_string(last.seq);
  }
  add_or_null(members, "next", next);
  return json_answer(members);
}

http::Answer get_dead_letter(const Call& call) {
  const std::string& webhook = call.target.path[2];
  const auto seq = parse_number(call.target.path[3]);
  if (!seq) return bad_request("the path ends in the seq of an event: a whole number");
  const auto letter = call.backend.find_dead_letter(webhook, *seq);
  if (!letter) return store_failed(letter.error());
  if (!*letter) {
    if (auto refusal = refuse_unknown_webhook(call, webhook)) return *std::move(refusal);
    return not_found("event " + std::to_string(*seq) + " is no dead letter of webhook \"" +
                     webhook + '"');
  }
  JsonMembers members = letter_members(**letter);
  const auto& event = (*letter)->event;
  members.add_raw("event", event ? event_json(*event) : "null");
  return json_answer(members);
}

}  // namespace mactiond::admin
