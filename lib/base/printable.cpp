#include "base/printable.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/utf8.hpp"

namespace mactiond {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

struct Character {
  char32_t code;
  std::size_t length;  ///< in bytes
  bool valid;
};

constexpr std::array<Range, 3> kControls = {{{0x00, 0x1f}, {0x7f, 0x9f}, {0x2028, 0x2029}}};

constexpr std::array<Range, 11> kInvisible = {{{0xad, 0xad},        // soft hyphen
                                               {0x34f, 0x34f},      // grapheme joiner
                                               {0x61c, 0x61c},      // Arabic letter mark
                                               {0x180b, 0x180e},    // Mongolian
                                               {0x200b, 0x200f},    // zero-width, directional marks
                                               {0x202a, 0x202e},    // embeddings, overrides
                                               {0x2060, 0x206f},    // word joiner, isolates
                                               {0xfeff, 0xfeff},    // byte order mark
                                               {0xfff9, 0xfffb},    // annotations
                                               {0x1d173, 0x1d17a},  // musical controls
                                               {0xe0000, 0xe0fff}}};  // tags

constexpr std::array<Range, 7> kBlanks = {{{0x20, 0x20},
                                           {0xa0, 0xa0},
                                           {0x1680, 0x1680},
                                           {0x2000, 0x200a},
                                           {0x202f, 0x202f},
                                           {0x205f, 0x205f},
                                           {0x3000, 0x3000}}};

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

template <std::size_t Size>
bool contains(const std::array<Range, Size>& ranges, char32_t code) {
  return std::any_of(ranges.begin(), ranges.end(), [code](const Range& range) {
    return code >= range.first && code <= range.last;
  });
}

// Of text that is not empty.
Character first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = utf8_length(text);
  if (length == 0) return {lead, 1, false};
  char32_t code = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    code = (code << 6U) | (static_cast<unsigned char>(text[i]) & 0x3fU);
  }
  return {code, length, true};
}

Character last_of(std::string_view text) {
  std::size_t begin = text.size() - 1;
  while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xc0U) == 0x80U) --begin;
  const Character last = first_of(text.substr(begin));
  const bool whole = last.valid && begin + last.length == text.size();
  return whole ? last : Character{0, 1, false};
}

bool is_blank(const Character& character) {
  if (!character.valid) return false;
  return contains(kControls, character.code) || contains(kInvisible, character.code) ||
         contains(kBlanks, character.code);
}

void append_hex(std::string& out, std::uint32_t number, unsigned digits) {
  constexpr std::string_view kHex = "0123456789abcdef";
  while (digits-- > 0) out += kHex[(number >> (4 * digits)) & 0xfU];
}

void append_json_escape(std::string& out, char32_t code) {
  out += "\\u";
  if (code <= 0xffff) return append_hex(out, code, 4);
  append_hex(out, 0xd800 + ((code - 0x10000) >> 10U), 4);
  out += "\\u";
  append_hex(out, 0xdc00 + ((code - 0x10000) & 0x3ffU), 4);
}

void append_toml_escape(std::string& out, char32_t code) {
  out += code <= 0xffff ? "\\u" : "\\U";
  append_hex(out, code, code <= 0xffff ? 4 : 8);
}

template <class Append>
std::string escaped(std::string_view text, Append append) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_of(text);
    const bool hidden = contains(kControls, character.code) || contains(kInvisible, character.code);
    if (!character.valid) {
      out += kReplacement;
    } else if (hidden && character.code != U'\n') {
      append(out, character.code);
    } else {
      out += text.substr(0, character.length);
    }
    text.remove_prefix(character.length);
  }
  return out;
}

std::string sanitized(std::string_view text, bool keeps_lines) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_of(text);
    const bool kept_line = keeps_lines && character.code == U'\n';
    if (!character.valid || contains(kInvisible, character.code)) {
      out += kReplacement;
    } else if (!kept_line && contains(kControls, character.code)) {
      out += ' ';
    } else {
      out += text.substr(0, character.length);
    }
    text.remove_prefix(character.length);
  }
  return out;
}

}  // namespace

std::string printable(std::string_view text) { return sanitized(text, false); }

std::string printable_lines(std::string_view text) { return sanitized(text, true); }

std::string printable_json(std::string_view text) { return escaped(text, append_json_escape); }

std::string printable_toml(std::string_view text) { return escaped(text, append_toml_escape); }

bool has_controls(std::string_view text) {
  while (!text.empty()) {
    const Character character = first_of(text);
    if (character.valid && contains(kControls, character.code)) return true;
    text.remove_prefix(character.length);
  }
  return false;
}

bool has_blank_ends(std::string_view text) {
  return !text.empty() && (is_blank(first_of(text)) || is_blank(last_of(text)));
}

}  // namespace mactiond
