#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "base/time.hpp"
#include "core/reply.hpp"
#include "event/event_record.hpp"
#include "http/message.hpp"

namespace mactiond::admin {

/// 200 with the members as one JSON object.
[[nodiscard]] http::Response json_answer(const JsonMembers& members);

/// Any text under a content type; never cached.
[[nodiscard]] http::Response text_answer(int status, std::string_view content_type,
                                         std::string body);

/// Says when the same may be tried again: in whole seconds, at least one.
[[nodiscard]] http::Response with_retry_after(http::Response response, Duration wait);
/// An RFC 9457 problem+json answer. The detail says what to do. more: members beside those of all.
[[nodiscard]] http::Response problem(int status, const std::string& detail,
                                     const JsonMembers& more = {});
[[nodiscard]] http::Response bad_request(const std::string& detail);
[[nodiscard]] http::Response not_found(const std::string& detail);
/// 500: the store could not be read.
[[nodiscard]] http::Response store_failed(const Error& error);

/// done, or why the engine did not do what it was asked for. unknown makes the detail of
/// a 404.
[[nodiscard]] http::Response answer_reply(const Result<core::Reply>& reply, const JsonMembers& done,
                                          const std::function<std::string()>& unknown = {});

/// "[…]" of what render makes of each item.
template <class Items, class Render>
[[nodiscard]] std::string json_list(const Items& items, Render render) {
  std::string text = "[";
  for (const auto& item : items) {
    if (text.size() > 1) text += ',';
    text += render(item);
  }
  return text + ']';
}

[[nodiscard]] inline std::string braced(const JsonMembers& members) {
  return '{' + members.text() + '}';
}

/// An event as the transition log has it, without the newline.
[[nodiscard]] std::string event_json(const core::EventRecord& event);

/// null where the text is empty.
void add_or_null(JsonMembers& members, std::string_view key, const std::string& text);

}  // namespace mactiond::admin
