#include "config/value_types.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

#include "base/glob.hpp"
#include "base/iso_time.hpp"
#include "base/suggestion.hpp"
#include "base/text.hpp"

namespace mactiond::config {
namespace {

constexpr std::size_t kNameMax = 64;
constexpr std::size_t kTokenMax = 512;
constexpr std::size_t kGlobMax = 256;
constexpr std::size_t kQuoteMax = 60;
constexpr std::size_t kDaySize = std::string_view("2027-01-31").size();

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_control);
}

}  // namespace

bool wrong_type(const Node& node, std::string_view wanted, Reader& reader) {
  std::string message = "must be " + std::string(wanted) + ", not ";
  message += describe(node.kind);
  return reader.fail(node, message);
}

bool is_text(const Node& node, std::string_view wanted, Reader& reader) {
  return node.kind == Node::Kind::Text || wrong_type(node, wanted, reader);
}

std::string shown(std::string_view text) {
  if (text.size() <= kQuoteMax) return '"' + std::string(text) + '"';
  return '"' + std::string(text.substr(0, kQuoteMax)) + "…\"";
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

bool Name::fits(std::string_view text) {
  const auto is_fit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kNameMax && std::all_of(text.begin(), text.end(), is_fit);
}

bool Name::read(const Node& node, std::string& value, Reader& reader) const {
  if (!is_text(node, "a name in quotes", reader)) return false;
  if (!fits(node.text)) return reader.fail(node, "must be 1 to 64 letters, digits, '.', '_', '-'");
  value = node.text;
  return true;
}

bool Token::read(const Node& node, std::string& value, Reader& reader) const {
  if (!is_text(node, "text in quotes", reader)) return false;
  const auto is_fit = [](char c) { return c > ' ' && c <= '~'; };
  const std::string& text = node.text;
  if (text.empty() && !may_be_empty) return reader.fail(node, "must not be empty");
  if (text.size() > kTokenMax || !std::all_of(text.begin(), text.end(), is_fit)) {
    return reader.fail(node, "must be at most 512 ASCII characters without blanks");
  }
  value = text;
  return true;
}

bool AbsolutePath::read(const Node& node, std::string& value, Reader& reader) const {
  if (!is_text(node, "a path in quotes", reader)) return false;
  if (!node.text.starts_with('/') || has_control(node.text)) {
    return reader.fail(node, "must be an absolute path, not " + shown(node.text));
  }
  if (node.text.size() > length_max) {
    return reader.fail(node, "must have at most " + std::to_string(length_max) + " characters");
  }
  value = node.text;
  return true;
}

bool Boolean::read(const Node& node, bool& value, Reader& reader) const {
  if (node.kind != Node::Kind::Flag) return wrong_type(node, "true or false", reader);
  value = node.flag;
  return true;
}

bool IntegerRange::read(const Node& node, int& value, Reader& reader) const {
  if (node.kind != Node::Kind::Integer) return wrong_type(node, "a whole number", reader);
  if (node.integer < least || node.integer > most) {
    return reader.fail(node, "must be " + std::to_string(least) + " to " + std::to_string(most) +
                                 ", not " + std::to_string(node.integer));
  }
  value = static_cast<int>(node.integer);
  return true;
}

bool Day::read(const Node& node, std::optional<WallTime>& value, Reader& reader) const {
  constexpr std::string_view kWanted = R"(a day in quotes like "2027-01-31")";
  if (!is_text(node, kWanted, reader)) return false;
  value.reset();
  if (node.text.empty()) return true;
  const auto time = parse_iso_time(node.text + "T00:00:00Z");
  if (!time) {
    return reader.fail(node, "must be " + std::string(kWanted) + ", not " + shown(node.text));
  }
  value = time;
  return true;
}

std::string Day::print(const std::optional<WallTime>& value) const {
  return toml_text(value ? format_iso_time(*value).substr(0, kDaySize) : "");
}

bool Fraction::read(const Node& node, double& value, Reader& reader) const {
  const bool is_whole = node.kind == Node::Kind::Integer;
  if (!is_whole && node.kind != Node::Kind::Number) return wrong_type(node, "a number", reader);
  const double number = is_whole ? static_cast<double>(node.integer) : node.number;
  // Written so that "not a number" fails too.
  const bool fits = number > 0.0 && number <= 1.0;
  if (!fits) return reader.fail(node, "must be above 0 and at most 1");
  value = number;
  return true;
}

std::string Fraction::print(double value) const {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  std::string text(buffer.data(), error == std::errc{} ? end : buffer.data());
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

bool DurationRange::read(const Node& node, Duration& value, Reader& reader) const {
  constexpr std::string_view kWanted = R"(a duration like "500ms", "30s", "5m", "4h" or "3d")";
  if (!is_text(node, kWanted, reader)) return false;
  const auto parsed = parse_duration(node.text);
  if (!parsed) {
    return reader.fail(node, "must be " + std::string(kWanted) + ", not " + shown(node.text));
  }
  if (*parsed < least || *parsed > most) {
    return reader.fail(node, "must be " + duration_text(least) + " to " + duration_text(most) +
                                 ", not " + node.text);
  }
  value = *parsed;
  return true;
}

bool Globs::read(const Node& node, std::vector<std::string>& value, Reader& reader) const {
  if (node.kind != Node::Kind::List) return wrong_type(node, "a list of texts", reader);
  bool good = true;
  std::vector<std::string> globs;
  for (const Node& item : node.children) {
    if (!is_text(item, "text in quotes", reader)) {
      good = false;
      continue;
    }
    globs.push_back(item.text);
    if (item.text.empty() || item.text.size() > kGlobMax) {
      good = reader.fail(item, "must have 1 to 256 characters");
      continue;
    }
    const auto fits = [&](std::string_view text) { return glob_match(item.text, text); };
    if (known.empty() || std::any_of(known.begin(), known.end(), fits)) continue;
    std::string message = shown(item.text) + " fits none of " + joined(known);
    const std::string_view guess = nearest(item.text, known);
    if (!guess.empty()) message += "; did you mean " + std::string(guess) + '?';
    if (closed) good = reader.fail(item, message);
    if (!closed) reader.warn(item.place, message);
  }
  if (good) value = std::move(globs);
  return good;
}

std::string Globs::print(const std::vector<std::string>& value) const { return toml_list(value); }

std::optional<std::size_t> read_choice(const Node& node, const std::vector<std::string_view>& words,
                                       const std::vector<std::string_view>& later, Reader& reader) {
  const std::string wanted = "one of " + joined(words);
  if (!is_text(node, wanted, reader)) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), node.text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  if (std::find(later.begin(), later.end(), node.text) != later.end()) {
    reader.fail(node, shown(node.text) + " is not supported by this version; " + wanted + " is");
    return std::nullopt;
  }
  std::string message = "must be " + wanted + ", not " + shown(node.text);
  const std::string_view guess = nearest(node.text, words);
  if (!guess.empty()) message += "; did you mean " + std::string(guess) + '?';
  reader.fail(node, message);
  return std::nullopt;
}

Choice<std::string> words(std::vector<std::string_view> known,
                          std::vector<std::string_view> later) {
  std::vector<std::string> values(known.begin(), known.end());
  return {std::move(known), std::move(values), std::move(later)};
}

}  // namespace mactiond::config
