#include "http/content_length.hpp"

#include <charconv>
#include <system_error>

#include "base/text.hpp"

namespace mactiond::http {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc{} || end != last) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> content_length(const Response& head) {
  return parse_number(trim(find_header(head.headers, "Content-Length").value_or("")));
}

}  // namespace mactiond::http
