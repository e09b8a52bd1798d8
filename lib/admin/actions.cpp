#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "admin/answers.hpp"
#include "admin/endpoints.hpp"
#include "admin/find_action.hpp"
#include "admin/names.hpp"
#include "base/iso_time.hpp"
#include "base/text.hpp"
#include "event/event_record.hpp"

namespace mactiond::admin {
namespace {

// Opaque to clients: ticks, region and id, so that it stays right while actions come and go.
std::string format_cursor(const core::ActionCursor& cursor) {
  return base64url_encode(std::to_string(cursor.created.time_since_epoch().count()) + '\n' +
                          cursor.region + '\n' + cursor.id);
}

std::optional<core::ActionCursor> parse_cursor(std::string_view text) {
  const auto plain = base64url_decode(text);
  if (!plain) return std::nullopt;
  const auto first = plain->find('\n');
  if (first == std::string::npos) return std::nullopt;
  const auto second = plain->find('\n', first + 1);
  if (second == std::string::npos) return std::nullopt;
  const auto ticks = parse_number(std::string_view(*plain).substr(0, first));
  constexpr auto kTicksMax = static_cast<std::uint64_t>(Duration::max().count());
  if (!ticks || *ticks > kTicksMax) return std::nullopt;
  core::ActionCursor cursor;
  cursor.created = WallTime(Duration(static_cast<std::int64_t>(*ticks)));
  cursor.region = plain->substr(first + 1, second - first - 1);
  cursor.id = plain->substr(second + 1);
  return cursor;
}

std::optional<http::Response> read_filter(const Call& call, core::ActionFilter& filter) {
  const Target& target = call.target;
  const std::string state = target.parameter("state").value_or("all");
  if (state != "open" && state != "all") return bad_request("state is open or all");
  filter.open_only = state == "open";
  if (auto refusal = read_words(call, filter)) return refusal;
  const auto limit = parse_limit(target);
  if (!limit) return bad_limit();
  filter.limit = *limit;
  if (const auto text = target.parameter("cursor")) {
    const auto cursor = parse_cursor(*text);
    if (!cursor)
      return bad_request("cursor is not one of ours: take \"next\" of an answer as it is");
    filter.before = *cursor;
  }
  return std::nullopt;
}

JsonMembers action_members(const core::ActionView& action) {
  JsonMembers members;
  const char* state = action.vanished ? "vanished" : action.open ? "open" : "closed";
  members.add("region", action.region).add("state", state).add_raw("action", action.document);
  return members;
}

std::string decision_json(const core::Decision& decision) {
  JsonMembers members;
  members.add("id", decision.id);
  const std::string* policy = decision.policy();
  const auto* by = std::get_if<core::Operator>(&decision.by);
  add_or_null(members, "policy", policy != nullptr ? *policy : std::string());
  add_or_null(members, "operator", by != nullptr ? by->name : std::string());
  add_or_null(members, "operator_note", by != nullptr ? by->note : std::string());
  members.add("status", decision.status)
      .add("comment", decision.comment)
      .add("decided", format_iso_time(decision.decided))
      .add("age_s", to_seconds(decision.age))
      .add("state", to_string(decision.state))
      .add("posts", std::int64_t{decision.posts});
  add_or_null(members, "answer", decision.answer);
  add_or_null(members, "outcome", decision.outcome);
  add_or_null(members, "ended", decision.ended ? format_iso_time(*decision.ended) : "");
  return braced(members);
}

}  // namespace

http::Answer get_actions(const Call& call) {
  core::ActionFilter filter;
  if (auto refusal = read_filter(call, filter)) return *std::move(refusal);
  const auto page = call.backend.find_actions(filter);
  if (!page) return store_failed(page.error());
  JsonMembers members;
  members.add_raw("actions", json_list(page->actions, [](const core::ActionView& action) {
                    return braced(action_members(action));
                  }));
  add_or_null(members, "next", page->next ? format_cursor(*page->next) : std::string());
  return json_answer(members);
}

http::Answer get_action(const Call& call) {
  const auto region = call.target.parameter("region");
  auto found = find_action_of(call, call.target.path[2], kReadingMin, region);
  if (auto* refusal = std::get_if<http::Response>(&found)) return std::move(*refusal);
  const auto& action = std::get<core::ActionView>(found);
  const auto events = call.backend.load_history(action);
  if (!events) return store_failed(events.error());
  JsonMembers members = action_members(action);
  const auto decisions = call.backend.load_decisions(action);
  if (!decisions) return store_failed(decisions.error());
  members.add_raw("events", json_list(*events, event_json))
      .add_raw("decisions", json_list(*decisions, decision_json));
  return json_answer(members);
}

}  // namespace mactiond::admin
