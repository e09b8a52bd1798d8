#include "sim/links.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace mactiond::sim {
namespace {

/// As a blob storage says it.
Refusal storage_error(int status, std::string_view code, std::string_view message) {
  Refusal refusal;
  refusal.status = status;
  refusal.raw_body = R"(<?xml version="1.0" encoding="utf-8"?><Error><Code>)" + std::string(code) +
                     "</Code><Message>" + std::string(message) + "</Message></Error>";
  refusal.raw_type = "application/xml";
  return refusal;
}

std::optional<std::size_t> parse_number(std::string_view text) {
  std::size_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

ByteRange part(std::size_t first, std::size_t last, std::size_t size) {
  if (first >= size) return {ByteRange::Kind::None, 0, 0};
  return {ByteRange::Kind::Part, first, std::min(last, size - 1) - first + 1};
}

}  // namespace

std::string LinkBook::issue(Artifact artifact, WallTime expires) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string token;
  while (token.size() < 32) token += kDigits[random_.below(16)];
  issued_[token] = {std::move(artifact), expires};
  return token;
}

std::vector<std::string> LinkBook::tokens() const {
  std::vector<std::string> tokens;
  for (const auto& [token, issued] : issued_) tokens.push_back(token);
  return tokens;
}

Answer<Artifact> LinkBook::open(std::string_view token, bool bearer, WallTime now) const {
  if (bearer) {
    return storage_error(400, "InvalidAuthenticationInfo",
                         "Authentication information is not given in the correct format.");
  }
  const auto row = issued_.find(token);
  if (row == issued_.end() || now >= row->second.expires) {
    return storage_error(403, "AuthenticationFailed", "Server failed to authenticate the request.");
  }
  return row->second.artifact;
}

ByteRange pick_range(std::optional<std::string_view> header, std::size_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header || !header->starts_with(kUnit)) return {};
  const std::string_view text = header->substr(kUnit.size());
  const std::size_t hyphen = text.find('-');
  if (hyphen == text.npos) return {};
  const auto first = parse_number(text.substr(0, hyphen));
  const auto last = parse_number(text.substr(hyphen + 1));
  const bool open_end = hyphen + 1 == text.size();
  if (hyphen == 0 && last) return part(size - std::min(*last, size), size, size);
  if (!first || (!last && !open_end)) return {};
  if (last && *last < *first) return {};
  return part(*first, last.value_or(size), size);
}

}  // namespace mactiond::sim
