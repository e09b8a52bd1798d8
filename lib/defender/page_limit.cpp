#include "defender/page_limit.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "base/text.hpp"

namespace mactiond::defender {
namespace {

constexpr std::size_t kReadMax = 16'384;
/// A word on a limit belongs to the option that is at most this many words away.
constexpr std::size_t kNear = 12;

struct Word {
  std::string text;
  bool quoted_query = false;  ///< an option inside a URL
};

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

void replace_all(std::string& text, std::string_view what, char with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    text.replace(at, what.size(), 1, with);
  }
}

// JSON's \u0027 is a character, not a part of the word beside it.
void unescape(std::string& text) {
  for (const std::string_view dollar : {"\\u0024", "%24", "&#36;", "&#x24;", "&dollar;"}) {
    replace_all(text, dollar, '$');
  }
  replace_all(text, "\\u0026", '&');
  for (auto at = text.find("\\u"); at != std::string::npos; at = text.find("\\u", at + 1)) {
    const bool escape =
        text.size() - at >= 6 && std::all_of(text.begin() + static_cast<long>(at) + 2,
                                             text.begin() + static_cast<long>(at) + 6, is_hex);
    text.replace(at, escape ? 6 : 2, 1, ' ');
  }
}

void drop_between(std::string& text, std::string_view begin, std::string_view end) {
  for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    const auto stop = text.find(end, at + begin.size());
    text.replace(at, stop == std::string::npos ? std::string::npos : stop + end.size() - at, 1,
                 ' ');
  }
}

std::string plain_text(std::string_view body) {
  std::string text = to_lower(body.substr(0, kReadMax));
  unescape(text);
  if (!trim(text).starts_with('<')) return text;
  drop_between(text, "<style", "</style>");
  drop_between(text, "<script", "</script>");
  drop_between(text, "<", ">");
  return text;
}

std::vector<Word> words_of(const std::string& text) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_alnum(text[at]) && text[at] != '$') {
      ++at;
      continue;
    }
    const std::size_t begin = at++;
    while (at < text.size() && is_alnum(text[at])) ++at;
    const char before = begin > 0 ? text[begin - 1] : ' ';
    const bool in_url = before == '&' || before == '?' || before == ';';
    const bool assigned = at < text.size() && text[at] == '=';
    words.push_back({text.substr(begin, at - begin), in_url && assigned});
  }
  return words;
}

bool is(const std::vector<Word>& words, std::size_t at, std::string_view text) {
  return at < words.size() && words[at].text == text;
}

bool names_page_size(const std::vector<Word>& words, std::size_t at) {
  static constexpr std::array<std::string_view, 9> kNames{"$top",     "top",       "maxtop",
                                                          "pagesize", "$pagesize", "maxpagesize",
                                                          "topquery", "toplimit",  "topcount"};
  if (words[at].quoted_query) return false;
  if (std::find(kNames.begin(), kNames.end(), words[at].text) != kNames.end()) return true;
  if (is(words, at, "page")) return is(words, at + 1, "size") || is(words, at + 1, "limit");
  if (is(words, at, "per")) return is(words, at + 1, "page") || is(words, at + 1, "request");
  // "the maximum number of rows"
  return is(words, at, "number") && is(words, at + 1, "of") &&
         (is(words, at + 2, "rows") || is(words, at + 2, "records") ||
          is(words, at + 2, "results") || is(words, at + 2, "items") ||
          is(words, at + 2, "entities") || is(words, at + 2, "entries"));
}

// "must be <= 1000", "valid values are 1 to 1000", "10000 is not supported"
bool is_count(const std::string& word) {
  constexpr std::size_t kDigitsLeast = 3;
  // 400 is the answer's own number.
  return word.size() >= kDigitsLeast && word.front() != '0' && word != "400" &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool speaks_of_limit(const std::vector<Word>& words, std::size_t at) {
  static constexpr std::array<std::string_view, 26> kWords{
      "greater", "larger", "bigger",  "higher", "lower",  "less",   "smaller", "fewer",  "more",
      "most",    "many",   "between", "range",  "large",  "big",    "high",    "beyond", "above",
      "over",    "within", "below",   "under",  "reduce", "bounds", "ceiling", "cap"};
  const std::string& word = words[at].text;
  for (const std::string_view stem : {"limit", "exceed", "max", "restrict"}) {
    // "maxtop" names the option.
    if (word.starts_with(stem) && !names_page_size(words, at)) return true;
  }
  if (word == "allowed" || word == "permitted") return at > 0 && !is(words, at - 1, "not");
  if (is_count(word)) return true;
  if (word == "up") return is(words, at + 1, "to");
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

}  // namespace

bool speaks_of_page_limit(std::string_view body) {
  const std::vector<Word> words = words_of(plain_text(body));
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (!names_page_size(words, at)) continue;
    const std::size_t end = std::min(words.size(), at + kNear + 1);
    for (std::size_t near = at - std::min(at, kNear); near < end; ++near) {
      if (speaks_of_limit(words, near)) return true;
    }
  }
  return false;
}

}  // namespace mactiond::defender
