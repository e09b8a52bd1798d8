#include "login_lines.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/printable.hpp"
#include "json/object.hpp"
#include "text.hpp"

namespace mactiond::ctl {
namespace {

namespace json = boost::json;

constexpr std::int64_t kShownFrom = std::int64_t{30} * 86'400;
constexpr std::size_t kRegionsMax = 5;

std::string ends(const std::string& region, std::int64_t left) {
  if (left <= 0) return region + " ended " + format_age(-left) + " ago";
  return region + " ends in " + format_age(left);
}

std::string line_of(std::string_view heading, const std::vector<std::string>& parts) {
  std::string line;
  for (std::size_t i = 0; i < std::min(parts.size(), kRegionsMax); ++i) {
    line.append(i == 0 ? heading : std::string_view(", ")).append(parts[i]);
  }
  if (parts.size() > kRegionsMax) {
    line += " and " + std::to_string(parts.size() - kRegionsMax) + " more";
  }
  return parts.empty() ? line : line + '\n';
}

/// "eu Machine.Isolate Machine.Scan", or nothing.
std::string missing_in(const json::object& region) {
  const json::array* permissions = list_in(region, "missing_permissions");
  if (permissions == nullptr || permissions->empty()) return {};
  std::string text(text_in(region, "name"));
  for (const json::value& permission : *permissions) {
    if (permission.is_string()) text.append(" ").append(permission.get_string());
  }
  return printable(text);
}

}  // namespace

std::string login_lines(const json::array& regions) {
  std::vector<std::pair<std::int64_t, std::string>> soon;
  std::vector<std::string> missing;
  for (const json::value& value : regions) {
    if (!value.is_object()) continue;
    const json::object& region = value.get_object();
    const auto left = number_in(region, "credential_left_s");
    if (left && *left < kShownFrom) soon.emplace_back(*left, printable(text_in(region, "name")));
    if (std::string text = missing_in(region); !text.empty()) missing.push_back(std::move(text));
  }
  std::sort(soon.begin(), soon.end());
  std::vector<std::string> parts;
  for (const auto& [left, region] : soon) parts.push_back(ends(region, left));
  return line_of("credentials: ", parts) + line_of("permissions missing: ", missing);
}

}  // namespace mactiond::ctl
