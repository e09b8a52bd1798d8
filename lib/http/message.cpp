#include "http/message.hpp"

#include "base/text.hpp"

namespace mactiond::http {

std::optional<std::string_view> find_header(const std::vector<Header>& headers,
                                            std::string_view name) {
  for (const Header& header : headers) {
    if (iequals(header.name, name)) return header.value;
  }
  return std::nullopt;
}

}  // namespace mactiond::http
