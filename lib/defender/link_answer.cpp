#include "defender/link_answer.hpp"

#include <cstddef>
#include <string>

#include "defender/answer_object.hpp"

namespace mactiond::defender {
namespace {

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.starts_with('"') && text.ends_with('"');
  return quoted ? text.substr(1, text.size() - 2) : text;
}

std::string without_entities(std::string_view text) {
  constexpr std::string_view kAmpersand = "&amp;";
  std::string out;
  while (true) {
    const std::size_t end = text.find(kAmpersand);
    out += text.substr(0, end);
    if (end == std::string_view::npos) return out;
    out += '&';
    text.remove_prefix(end + kAmpersand.size());
  }
}

}  // namespace

Result<Secret> parse_link(std::string_view body) {
  const auto answer = parse_answer(body);
  if (!answer) return answer.error();
  const std::string_view value = unquoted(text_in(*answer, "value"));
  if (value.empty()) return Error(Errc::UnexpectedDocument, "");
  return Secret(without_entities(value));
}

}  // namespace mactiond::defender
