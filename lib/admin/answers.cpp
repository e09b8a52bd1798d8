#include "admin/answers.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "admin/refusals.hpp"

namespace mactiond::admin {
namespace {

std::string_view title_of(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Internal Server Error";
  }
}

}  // namespace

http::Response text_answer(int status, std::string_view content_type, std::string body) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", std::string(content_type)}, {"Cache-Control", "no-store"}};
  response.body = std::move(body);
  return response;
}

http::Response json_answer(const JsonMembers& members) {
  return text_answer(200, "application/json", braced(members) + '\n');
}

http::Response problem(int status, const std::string& detail, const JsonMembers& more) {
  JsonMembers members;
  members.add("type", "about:blank")
      .add("title", title_of(status))
      .add("status", std::int64_t{status})
      .add("detail", detail);
  const std::string text =
      more.empty() ? braced(members) : '{' + members.text() + ',' + more.text() + '}';
  return text_answer(status, "application/problem+json", text + '\n');
}

http::Response with_retry_after(http::Response response, Duration wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  response.headers.push_back({"Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1))});
  return response;
}

http::Response bad_request(const std::string& detail) { return problem(400, detail); }

http::Response not_found(const std::string& detail) { return problem(404, detail); }

http::Response store_failed(const Error& error) { return problem(500, error.message()); }

http::Response answer_reply(const Result<core::Reply>& reply, const JsonMembers& done,
                            const std::function<std::string()>& unknown) {
  if (!reply) return store_failed(reply.error());
  if (std::holds_alternative<core::NotFound>(*reply)) {
    return not_found(unknown ? unknown() : "nothing of this name is known here");
  }
  if (const auto* refused = std::get_if<core::Refused>(&*reply)) {
    return problem(409, sentence(refused->reason));
  }
  return json_answer(done);
}

std::string event_json(const core::EventRecord& event) {
  std::string line = core::log_line(event);
  line.pop_back();
  return line;
}

void add_or_null(JsonMembers& members, std::string_view key, const std::string& text) {
  if (text.empty()) {
    members.add_raw(key, "null");
  } else {
    members.add(key, text);
  }
}

}  // namespace mactiond::admin
