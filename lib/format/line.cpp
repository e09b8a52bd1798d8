#include "format/line.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "base/iso_time.hpp"
#include "format/cef.hpp"
#include "format/ecs.hpp"
#include "format/ocsf.hpp"

namespace mactiond::format {
namespace {

/// The text before the seq, and a comma after it.
constexpr std::array<std::string_view, 3> kJsonHeads{"{\"seq\":", kEcsHead, kOcsfHead};

/// The number that text begins with, if after follows it.
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

constexpr std::string_view kIdHead = "ma_";

/// The text between the first `before` and the next `after`. The last `keep` characters of before
/// belong to it. A quote inside a JSON text is escaped, as is an equals sign in CEF: neither can
/// look like a key.
std::string_view between(std::string_view line, std::string_view before, char after,
                         std::size_t keep = 0) {
  const std::size_t found = line.find(before);
  if (found == std::string_view::npos) return {};
  const std::size_t from = found + before.size() - keep;
  const std::size_t to = line.find(after, from);
  return line.substr(from, to == std::string_view::npos ? to : to - from);
}

std::optional<WallTime> millis(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return WallTime(std::chrono::milliseconds(number));
}

/// The text after the last `mark`.
std::string_view behind_last(std::string_view line, std::string_view mark) {
  const std::size_t found = line.rfind(mark);
  return found == std::string_view::npos ? std::string_view() : line.substr(found + mark.size());
}

LineFacts facts_of_cef(std::string_view line, std::uint64_t seq) {
  return {seq, between(line, " externalId=", ' '), millis(between(line, " rt=", ' ')),
          between(line.substr(kCefHead.size()), "|", '|'), between(line, " cs3=", ' ')};
}

LineFacts facts_of_ocsf(std::string_view line, std::uint64_t seq) {
  return {seq, between(line, "\"uid\":\"ma_", '"', kIdHead.size()),
          millis(between(line, ",\"time\":", ',')), between(line, "\"event_code\":\"", '"'),
          between(behind_last(line, ",\"unmapped\":{"), "\"region\":\"", '"')};
}

LineFacts facts_of_ecs(std::string_view line, std::uint64_t seq) {
  const std::string_view own = behind_last(line, ",\"mactiond\":{");
  return {seq, between(line, "\"id\":\"ma_", '"', kIdHead.size()),
          parse_iso_time(between(line, "\"@timestamp\":\"", '"')), between(own, "\"type\":\"", '"'),
          between(own, "\"region\":\"", '"')};
}

LineFacts facts_of_json(std::string_view line, std::uint64_t seq) {
  return {seq, between(line, "\"id\":\"ma_", '"', kIdHead.size()),
          parse_iso_time(between(line, "\"time\":\"", '"')), between(line, "\"type\":\"", '"'),
          between(line, "\"region\":\"", '"')};
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

std::optional<LineFacts> facts_of_line(std::string_view line) {
  const auto seq = seq_of_line(line.substr(0, kLineHead));
  if (!seq) return std::nullopt;
  if (line.starts_with(kCefHead)) return facts_of_cef(line, *seq);
  if (line.starts_with(kOcsfHead)) return facts_of_ocsf(line, *seq);
  return line.starts_with(kEcsHead) ? facts_of_ecs(line, *seq) : facts_of_json(line, *seq);
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
