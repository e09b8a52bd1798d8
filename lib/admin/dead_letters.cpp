#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "admin/answers.hpp"
#include "admin/body.hpp"
#include "admin/endpoints.hpp"
#include "admin/names.hpp"
#include "base/iso_time.hpp"
#include "event/order_key.hpp"

namespace mactiond::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t kSeqsMax = 1000;
/// Dead letters that one request looks at; the caller continues with next.
constexpr int kLookedAtMax = 1000;

/// Which dead letters are meant: of one webhook, some or all, of a span of time.
struct Selection {
  std::string webhook;
  std::optional<std::vector<std::uint64_t>> seqs;
  WallTime from = WallTime::min();
  WallTime until = WallTime::max();
  std::uint64_t after = 0;
};

std::optional<std::uint64_t> number(const json::value& value) {
  if (value.is_int64() && value.get_int64() > 0) {
    return static_cast<std::uint64_t>(value.get_int64());
  }
  return std::nullopt;
}

std::optional<http::Response> read_seqs(const json::object& body, Selection& selection) {
  const json::value* list = body.if_contains("seqs");
  if (list == nullptr) return std::nullopt;
  if (!list->is_array() || list->get_array().size() > kSeqsMax) {
    return bad_request("seqs is a list of at most " + std::to_string(kSeqsMax) + " numbers");
  }
  selection.seqs.emplace();
  for (const json::value& item : list->get_array()) {
    const auto seq = number(item);
    if (!seq) return bad_request("seqs holds the seq of events: whole numbers from 1");
    selection.seqs->push_back(*seq);
  }
  auto& seqs = *selection.seqs;
  std::sort(seqs.begin(), seqs.end());
  seqs.erase(std::unique(seqs.begin(), seqs.end()), seqs.end());
  return std::nullopt;
}

std::optional<http::Response> read_time(const json::object& body, const char* key, WallTime& time) {
  const json::value* value = body.if_contains(key);
  if (value == nullptr) return std::nullopt;
  const auto parsed =
      value->is_string() ? parse_iso_time(std::string(value->get_string())) : std::nullopt;
  if (!parsed) return bad_request(std::string(key) + " is a time like 2026-11-20T10:00:00Z");
  time = *parsed;
  return std::nullopt;
}

std::optional<http::Response> read_selection(const json::object& body, Selection& selection) {
  const json::value* webhook = body.if_contains("webhook");
  if (webhook == nullptr || !webhook->is_string() || webhook->get_string().empty()) {
    return bad_request("send {\"webhook\": \"name\"}, and seqs, from or until to mean fewer");
  }
  selection.webhook = std::string(webhook->get_string());
  if (auto refusal = read_seqs(body, selection)) return refusal;
  if (auto refusal = read_time(body, "from", selection.from)) return refusal;
  if (auto refusal = read_time(body, "until", selection.until)) return refusal;
  if (const json::value* after = body.if_contains("after")) {
    const auto seq = number(*after);
    if (!seq) return bad_request("after is \"next\" of the answer before");
    selection.after = *seq;
  }
  return std::nullopt;
}

core::DeadLetterKey key_of(const core::DeadLetterView& letter) {
  core::DeadLetterKey key{letter.webhook, letter.seq};
  if (letter.event) key.order = core::order_of(*letter.event);
  return key;
}

/// What cannot be read can be deleted, but not sent.
template <class Ask>
bool fits(const core::DeadLetterView& letter) {
  return std::is_same_v<Ask, core::PurgeDeadLetters> || letter.event;
}

template <class Ask>
std::optional<http::Response> find_named(const Call& call, const Selection& selection, Ask& ask) {
  for (const std::uint64_t seq : *selection.seqs) {
    const auto letter = call.backend.find_dead_letter(selection.webhook, seq);
    if (!letter) return store_failed(letter.error());
    if (!*letter) {
      return not_found("event " + std::to_string(seq) + " is no dead letter of webhook \"" +
                       selection.webhook + "\"; nothing was done");
    }
    if (!fits<Ask>(**letter)) {
      return problem(409, "the stored event " + std::to_string(seq) +
                              " cannot be read, so it cannot be sent; nothing was done");
    }
    ask.letters.push_back(key_of(**letter));
  }
  return std::nullopt;
}

template <class Ask>
std::optional<http::Response> find_all(const Call& call, const Selection& selection, Ask& ask,
                                       std::optional<std::uint64_t>& next) {
  core::DeadLetterFilter filter;
  filter.webhook = selection.webhook;
  filter.after_seq = selection.after;
  filter.limit = kLookedAtMax;
  const auto page = call.backend.find_dead_letters(filter);
  if (!page) return store_failed(page.error());
  for (const auto& letter : page->letters) {
    const bool chosen = letter.died >= selection.from && letter.died < selection.until;
    if (chosen && fits<Ask>(letter)) ask.letters.push_back(key_of(letter));
  }
  if (page->more) next = page->letters.back().seq;
  return std::nullopt;
}

template <class Ask>
http::Answer perform(const Call& call) {
  const auto body = parse_body(call.request, "webhook seqs from until after operator");
  if (const auto* refusal = std::get_if<http::Response>(&body)) return *refusal;
  Selection selection;
  if (auto refusal = read_selection(std::get<json::object>(body), selection)) {
    return *std::move(refusal);
  }
  if (auto refusal = refuse_unknown_webhook(call, selection.webhook)) return *std::move(refusal);
  Ask ask;
  ask.by = operator_of(call.request, std::get<json::object>(body));
  std::optional<std::uint64_t> next;
  auto refusal =
      selection.seqs ? find_named(call, selection, ask) : find_all(call, selection, ask, next);
  if (refusal) return *std::move(refusal);
  const auto count = static_cast<std::int64_t>(ask.letters.size());
  JsonMembers done;
  done.add("count", count).add_raw("next", next ? std::to_string(*next) : "null");
  return answer_reply(call.backend.operate(std::move(ask)), done);
}

http::Answer set_paused(const Call& call, bool paused) {
  const auto body = parse_body(call.request, "operator");
  if (const auto* refusal = std::get_if<http::Response>(&body)) return *refusal;
  const std::string& name = call.target.path[2];
  const core::Operator by = operator_of(call.request, std::get<json::object>(body));
  const auto reply = call.backend.operate(core::PauseWebhook{name, paused, by});
  return answer_webhook(call.backend, name, reply,
                        JsonMembers().add("webhook", name).add("paused", paused));
}

}  // namespace

http::Answer post_replay(const Call& call) { return perform<core::ReplayDeadLetters>(call); }
http::Answer post_purge(const Call& call) { return perform<core::PurgeDeadLetters>(call); }
http::Answer post_pause(const Call& call) { return set_paused(call, true); }
http::Answer post_resume_webhook(const Call& call) { return set_paused(call, false); }

}  // namespace mactiond::admin
