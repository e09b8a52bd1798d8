#include "base/json_text.hpp"

#include <array>
#include <cstddef>

#include "base/utf8.hpp"

namespace mactiond {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

constexpr unsigned char byte(char c) { return static_cast<unsigned char>(c); }

bool is_plain(char c) { return kPlain[byte(c)]; }

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  out += "\\u00";
  out += kHex[byte(c) >> 4U];
  out += kHex[byte(c) & 0xfU];
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t run = 0;
    while (run < text.size() && is_plain(text[run])) ++run;
    out.append(text.data(), run);
    text.remove_prefix(run);
    if (text.empty()) break;
    if (byte(text[0]) < 0x80) {
      append_escaped(out, text[0]);
      text.remove_prefix(1);
      continue;
    }
    const std::size_t length = utf8_length(text);
    out += length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

JsonMembers& JsonMembers::add(std::string_view key, std::string_view value) {
  std::string quoted;
  append_json_string(quoted, value);
  return add_raw(key, quoted);
}

JsonMembers& JsonMembers::add(std::string_view key, const std::optional<std::string>& value) {
  return value ? add(key, std::string_view(*value)) : add_raw(key, "null");
}

JsonMembers& JsonMembers::add(std::string_view key, std::int64_t value) {
  return add_raw(key, std::to_string(value));
}

JsonMembers& JsonMembers::add_raw(std::string_view key, std::string_view value) {
  if (!text_.empty()) text_ += ',';
  append_json_string(text_, key);
  text_ += ':';
  text_ += value;
  return *this;
}

}  // namespace mactiond
