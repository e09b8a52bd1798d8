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

std::string peer_text(const std::optional<Peer>& peer) {
  if (!peer) return "unknown";
  const std::string uid = "uid " + std::to_string(peer->uid);
  return peer->name.empty() ? uid : peer->name + " (" + uid + ')';
}

}  // namespace mactiond::http
