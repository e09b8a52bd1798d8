#include "defender/token_claims.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string_view>

#include "base/text.hpp"
#include "defender/answer_object.hpp"

namespace mactiond::defender {
namespace {

constexpr std::size_t kTokenBytes = std::size_t{64} * 1024;
constexpr std::size_t kTextBytes = 256;
constexpr std::size_t kRoles = 256;

// The claims are shown to people.
std::string plain(std::string_view text) {
  const bool fits = text.size() <= kTextBytes && std::all_of(text.begin(), text.end(), [](char c) {
                      return c > ' ' && c <= '~';
                    });
  return fits ? std::string(text) : std::string();
}

std::vector<std::string> read_roles(const boost::json::value* value) {
  std::vector<std::string> roles;
  if (value == nullptr || !value->is_array()) return roles;
  for (const boost::json::value& item : value->get_array()) {
    if (roles.size() == kRoles) break;
    std::string role = item.is_string() ? plain(item.get_string()) : std::string();
    if (!role.empty()) roles.push_back(std::move(role));
  }
  return roles;
}

// The part between the two points.
std::optional<std::string> read_payload(std::string_view token) {
  if (token.size() > kTokenBytes) return std::nullopt;
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == last) return std::nullopt;
  return base64url_decode(token.substr(first + 1, last - first - 1));
}

}  // namespace

std::optional<TokenClaims> parse_claims(const Secret& token) {
  const auto payload = read_payload(token.reveal());
  if (!payload) return std::nullopt;
  const auto claims = parse_answer(*payload);
  if (claims.has_error()) return std::nullopt;
  return TokenClaims{plain(text_in(*claims, "aud")), plain(text_in(*claims, "tid")),
                     read_roles(claims->if_contains("roles"))};
}

}  // namespace mactiond::defender
