#include "defender/api_error.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "defender/answer_object.hpp"

namespace mactiond::defender {
namespace {

constexpr std::size_t kDetailMax = 300;

std::string one_line(std::string text) {
  std::replace_if(text.begin(), text.end(), is_control, ' ');
  text.resize(cut_utf8(text, kDetailMax).size());
  return text;
}

}  // namespace

// {"error":{"code":…,"message":…}}, or a gateway's {"error":"…"} or {"message":"…"}.
ApiError read_api_error(std::string_view body) {
  const auto answer = parse_answer(body);
  if (answer.has_error()) return {};
  const boost::json::value* error = answer->if_contains("error");
  if (error == nullptr) {
    const std::string_view message = text_in(*answer, "Message");
    return {"", std::string(message.empty() ? text_in(*answer, "message") : message)};
  }
  if (error->is_string()) return {std::string(error->get_string()), ""};
  if (!error->is_object()) return {};
  const boost::json::object& members = error->get_object();
  return {std::string(text_in(members, "code")), std::string(text_in(members, "message"))};
}

std::string describe(const ApiError& error) {
  if (error.message.empty()) return one_line(error.code);
  if (error.code.empty()) return one_line(error.message);
  return one_line(error.code + ": " + error.message);
}

}  // namespace mactiond::defender
