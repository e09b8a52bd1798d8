#include "admin/body.hpp"

#include <algorithm>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <utility>

#include "admin/answers.hpp"
#include "base/text.hpp"
#include "json/object.hpp"

namespace mactiond::admin {
namespace {

namespace json = boost::json;

bool says_json(const http::Request& request) {
  const std::string_view type = http::find_header(request.headers, "Content-Type").value_or("");
  return iequals(trim(type.substr(0, type.find(';'))), "application/json");
}

bool names(std::string_view allowed, std::string_view name) {
  while (!allowed.empty()) {
    const std::string_view word = allowed.substr(0, allowed.find(' '));
    if (word == name) return true;
    allowed.remove_prefix(std::min(word.size() + 1, allowed.size()));
  }
  return false;
}

}  // namespace

std::variant<json::object, http::Response> parse_json(const http::Request& request,
                                                      std::size_t most) {
  if (request.body.empty()) return json::object();
  if (request.body.size() > most) {
    return problem(413, "a body may have " + std::to_string(most) + " bytes");
  }
  if (!says_json(request)) return problem(415, "send a body with Content-Type: application/json");
  auto object = parse_object(request.body);
  if (!object) return bad_request("the body is no JSON object");
  return std::move(*object);
}

std::variant<json::object, http::Response> parse_body(const http::Request& request,
                                                      std::string_view allowed, std::size_t most) {
  auto parsed = parse_json(request, most);
  const auto* object = std::get_if<json::object>(&parsed);
  if (object == nullptr) return parsed;
  for (const auto& member : *object) {
    const std::string_view name(member.key().data(), member.key().size());
    if (!names(allowed, name)) {
      const std::string takes =
          allowed.empty() ? "takes none" : "takes these: " + std::string(allowed);
      return bad_request("unknown member \"" + std::string(name) + "\"; this path " + takes);
    }
  }
  if (const json::value* note = object->if_contains("operator")) {
    if (!note->is_string() || note->get_string().size() > kNoteMax) {
      return bad_request("operator is a text of at most " + std::to_string(kNoteMax) + " bytes");
    }
  }
  return parsed;
}

core::Operator operator_of(const http::Request& request, const json::object& body) {
  return {peer_text(request.peer), std::string(text_in(body, "operator"))};
}

}  // namespace mactiond::admin
