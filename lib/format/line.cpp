#include "format/line.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "format/cef.hpp"
#include "format/ecs.hpp"
#include "format/ocsf.hpp"

namespace mactiond::format {
namespace {

/// What stands before the seq, and a comma after it.
constexpr std::array<std::string_view, 3> kJsonHeads{"{\"seq\":", kEcsHead, kOcsfHead};

/// The number that text begins with, if after stands behind it.
std::optional<std::uint64_t> number_before(std::string_view text, char after) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end == text.data() + text.size() || *end != after) {
    return std::nullopt;
  }
  return number;
}

std::optional<std::uint64_t> seq_of_cef(std::string_view line) {
  constexpr int kBars = 7;
  if (!line.starts_with(kCefHead)) return std::nullopt;
  for (int bar = 0; bar < kBars; ++bar) {
    const std::size_t at = line.find('|');
    if (at == std::string_view::npos) return std::nullopt;
    line.remove_prefix(at + 1);
  }
  if (!line.starts_with(kCefSeqKey)) return std::nullopt;
  return number_before(line.substr(kCefSeqKey.size()), ' ');
}

/// Whether one is the beginning of the other.
bool agree(std::string_view one, std::string_view other) {
  const std::size_t common = std::min(one.size(), other.size());
  return one.substr(0, common) == other.substr(0, common);
}

}  // namespace

std::string render_line(LineFormat format, const core::EventRecord& event) {
  switch (format) {
    case LineFormat::Json:
      break;
    case LineFormat::Ecs:
      return ecs_line(event);
    case LineFormat::Ocsf:
      return ocsf_line(event);
    case LineFormat::Cef:
      return cef_line(event);
  }
  std::string line = core::log_line(event);
  line.pop_back();
  return line;
}

std::optional<std::uint64_t> seq_of_line(std::string_view line) {
  for (const std::string_view head : kJsonHeads) {
    if (line.starts_with(head)) return number_before(line.substr(head.size()), ',');
  }
  return seq_of_cef(line);
}

bool may_begin_line(std::string_view torn, std::uint64_t seq) {
  if (torn.empty()) return false;
  const auto fits = [&](std::string_view head) {
    return agree(torn, std::string(head) + std::to_string(seq) + ',');
  };
  if (std::any_of(kJsonHeads.begin(), kJsonHeads.end(), fits)) return true;
  const auto found = seq_of_cef(torn);
  return agree(torn, kCefHead) && (!found || *found == seq);
}

}  // namespace mactiond::format
