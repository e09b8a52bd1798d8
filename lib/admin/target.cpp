#include "admin/target.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "admin/answers.hpp"
#include "base/text.hpp"

namespace mactiond::admin {
namespace {

constexpr std::uint64_t kLimitMax = 1000;
constexpr int kLimitDefault = 100;

std::optional<std::string> decode(std::string_view text, bool in_query) {
  auto decoded = percent_decode(text, in_query);
  if (!decoded || decoded->find('\0') != std::string::npos) return std::nullopt;
  return decoded;
}

/// Calls take with each piece between separators; false as soon as it says so.
template <class Take>
bool split(std::string_view text, char separator, Take take) {
  while (true) {
    const auto end = text.find(separator);
    if (!take(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

enum class Allowed { No, Once, Often };

Allowed find(std::string_view allowed, std::string_view name) {
  Allowed found = Allowed::No;
  split(allowed, ' ', [&](std::string_view word) {
    const bool often = word.ends_with('*');
    if (often) word.remove_suffix(1);
    if (word == name) found = often ? Allowed::Often : Allowed::Once;
    return found == Allowed::No;
  });
  return found;
}

}  // namespace

std::optional<std::string> Target::parameter(std::string_view name) const {
  const auto found = std::find_if(query.begin(), query.end(),
                                  [&](const auto& pair) { return pair.first == name; });
  if (found == query.end()) return std::nullopt;
  return found->second;
}

std::optional<Target> parse_target(std::string_view text) {
  const auto mark = text.find('?');
  std::string_view path = text.substr(0, mark);
  Target target;
  if (!path.starts_with('/')) return target;
  path.remove_prefix(1);
  const bool path_read = split(path, '/', [&](std::string_view segment) {
    auto decoded = decode(segment, false);
    if (decoded) target.path.push_back(*std::move(decoded));
    return decoded.has_value();
  });
  if (!path_read) return std::nullopt;
  if (mark == std::string_view::npos) return target;
  const bool query_read = split(text.substr(mark + 1), '&', [&](std::string_view pair) {
    if (pair.empty()) return true;
    const auto equals = pair.find('=');
    const bool valued = equals != std::string_view::npos;
    auto name = decode(pair.substr(0, equals), true);
    auto value = decode(valued ? pair.substr(equals + 1) : std::string_view(), true);
    const bool decoded = name && value;
    if (decoded) target.query.emplace_back(*std::move(name), *std::move(value));
    return decoded;
  });
  if (!query_read) return std::nullopt;
  return target;
}

std::optional<http::Response> check_query(const Target& target, std::string_view allowed) {
  for (const auto& [name, value] : target.query) {
    const Allowed found = find(allowed, name);
    if (found == Allowed::No) {
      std::string takes = allowed.empty() ? "takes none" : "takes these: " + std::string(allowed);
      std::erase(takes, '*');
      return bad_request("unknown parameter \"" + name + "\"; this path " + takes);
    }
    const auto same =
        std::count_if(target.query.begin(), target.query.end(),
                      [&name = name](const auto& pair) { return pair.first == name; });
    if (same > 1 && found == Allowed::Once)
      return bad_request("parameter \"" + name + "\" is given more than once");
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<int> parse_limit(const Target& target) {
  const auto text = target.parameter("limit");
  if (!text) return kLimitDefault;
  const auto number = parse_number(*text);
  if (!number || *number == 0 || *number > kLimitMax) return std::nullopt;
  return static_cast<int>(*number);
}

http::Response bad_limit() {
  return bad_request("limit is a whole number from 1 to " + std::to_string(kLimitMax));
}

}  // namespace mactiond::admin
