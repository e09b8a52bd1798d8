#include "config/toml_text.hpp"

#include "base/printable.hpp"
#include "base/text.hpp"

namespace mactiond::config {

std::string toml_text(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    if (is_control(c)) {
      const auto code = static_cast<unsigned char>(c);
      out += "\\u00";
      out += kHex[code >> 4U];
      out += kHex[code & 0xfU];
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return printable_toml(out + '"');
}

std::string toml_list(const std::vector<std::string>& items) {
  std::string text = "[";
  for (const std::string& item : items) {
    if (text.size() > 1) text += ", ";
    text += toml_text(item);
  }
  return text + "]";
}

}  // namespace mactiond::config
