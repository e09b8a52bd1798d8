#include "base/glob.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace mactiond {
namespace {

char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::size_t character_length(std::string_view text) {
  if (static_cast<unsigned char>(text[0]) < 0x80) return 1;
  return std::max<std::size_t>(utf8_length(text), 1);
}

// Only the last `*` is ever widened: what the ones before it took stays right, since whatever they
// could give up the last one can take. A `?` never takes the character barred, if there is one.
bool match(std::string_view pattern, std::string_view text,
           std::optional<char> barred = std::nullopt) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    const bool more = p < pattern.size();
    if (more && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (more && pattern[p] == '?' && text[t] != barred) {
      ++p;
      t += character_length(text.substr(t));
    } else if (more && fold(pattern[p]) == fold(text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      resume += character_length(text.substr(resume));
      t = resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace

Glob::Glob(std::string_view pattern) : pattern_(pattern) {
  if (!is_glob(pattern)) kind_ = Kind::Literal;
  const bool stars = pattern.find_first_not_of('*') == std::string_view::npos;
  if (!pattern.empty() && stars) kind_ = Kind::Everything;
}

bool Glob::matches(std::string_view text) const {
  if (kind_ == Kind::Everything) return true;
  return kind_ == Kind::Literal ? iequals(pattern_, text) : match(pattern_, text);
}

bool glob_match(std::string_view pattern, std::string_view text) { return match(pattern, text); }

// A `*` in narrow is a character that only a `*` in wide can take.
bool glob_covers(std::string_view wide, std::string_view narrow) {
  return match(wide, narrow, '*');
}

bool is_glob(std::string_view pattern) {
  return pattern.find_first_of("*?") != std::string_view::npos;
}

}  // namespace mactiond
