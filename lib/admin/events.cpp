#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "admin/answers.hpp"
#include "admin/endpoints.hpp"
#include "base/text.hpp"
#include "event/event_record.hpp"

namespace mactiond::admin {
namespace {

/// Of one piece of a stream: what a client that does not read costs.
constexpr std::size_t kPieceBytes = std::size_t{32} * 1024;

bool wants_stream(const http::Request& request) {
  std::string_view accepted = http::find_header(request.headers, "Accept").value_or("");
  while (!accepted.empty()) {
    const std::string_view range = accepted.substr(0, accepted.find(','));
    if (iequals(trim(range.substr(0, range.find(';'))), "text/event-stream")) return true;
    accepted.remove_prefix(std::min(range.size() + 1, accepted.size()));
  }
  return false;
}

std::string stream_event(const core::EventRecord& event) {
  std::string data = event_json(event);
  // A line break would end the field; in JSON it is a blank like any other.
  std::replace_if(
      data.begin(), data.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return "id: " + std::to_string(event.seq) + "\ndata: " + data + "\n\n";
}

http::Stream open_stream(Backend& backend, std::uint64_t after) {
  http::Stream stream;
  stream.headers = {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}};
  stream.heartbeat = ":\n\n";
  // An id without data dispatches nothing, but a client that is cut off now resumes here.
  std::string hello = "retry: 2000\nid: " + std::to_string(after) + "\n\n";
  stream.pull = [&backend, after,
                 hello = std::move(hello)]() mutable -> std::optional<std::string> {
    if (!hello.empty()) return std::exchange(hello, {});
    core::EventFilter filter;
    filter.after = after;
    filter.bytes = kPieceBytes;
    const auto found = backend.find_events(filter);
    if (!found) return std::nullopt;
    std::string piece;
    for (const auto& event : *found) piece += stream_event(event);
    if (!found->empty()) after = found->back().seq;
    return piece;
  };
  return stream;
}

std::optional<http::Response> read_after(const Call& call, std::uint64_t newest,
                                         std::optional<std::uint64_t>& after) {
  std::optional<std::string> text = call.target.parameter("after");
  const char* name = "after";
  // A client that reconnects repeats its URL: what it has seen since is in the header.
  if (const auto header = http::find_header(call.request.headers, "Last-Event-ID")) {
    text = std::string(*header);
    name = "Last-Event-ID";
  }
  if (!text) return std::nullopt;
  after = parse_number(*text);
  if (!after) return bad_request(std::string(name) + " is the seq of an event: a whole number");
  if (*after <= newest) return std::nullopt;
  return bad_request(std::string(name) + ' ' + *text + " is beyond the newest event, " +
                     std::to_string(newest) + ": was the store replaced? Begin with after=0");
}

}  // namespace

http::Answer get_events(const Call& call) {
  const std::uint64_t newest = call.backend.status().last_seq;
  std::optional<std::uint64_t> after;
  if (auto refusal = read_after(call, newest, after)) return *std::move(refusal);
  if (wants_stream(call.request)) return open_stream(call.backend, after.value_or(newest));
  const auto limit = parse_limit(call.target);
  if (!limit) return bad_limit();
  core::EventFilter filter;
  filter.after = after.value_or(0);
  filter.limit = *limit;
  const auto found = call.backend.find_events(filter);
  if (!found) return store_failed(found.error());
  JsonMembers members;
  members.add_raw("events", json_list(*found, event_json));
  members.add("last_seq", static_cast<std::int64_t>(newest));
  return json_answer(members);
}

}  // namespace mactiond::admin
