#include "defender/odata.hpp"

#include "base/text.hpp"

namespace mactiond::defender {

std::string odata_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  out += '\'';
  return out;
}

std::string encode_expression(std::string_view text) {
  constexpr std::string_view kLiteral = "'(),:";
  std::string out;
  for (const char c : text) {
    if (kLiteral.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += percent_encode(std::string_view(&c, 1));
    }
  }
  return out;
}

}  // namespace mactiond::defender
