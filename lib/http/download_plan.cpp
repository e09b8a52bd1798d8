#include "http/download_plan.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "http/content_length.hpp"
#include "http/status_meaning.hpp"

namespace mactiond::http {
namespace {

using namespace std::chrono_literals;

constexpr int kPartial = 206;
constexpr int kRangeNotSatisfiable = 416;
constexpr int kPauseDoubledMax = 3;
/// A server that asks for more is not waited for.
constexpr Duration kRetryAfterMax = 30s;
constexpr const char* kChanged =
    "the file changed on the server during the download; run the command again";

/// RFC 9110 14.4: "bytes 2-9/10", "bytes 2-9/*", "bytes */10".
struct ContentRange {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> last;
  std::optional<std::uint64_t> size;
};

ContentRange content_range(const Response& head) {
  ContentRange range;
  std::string_view text = trim(find_header(head.headers, "Content-Range").value_or(""));
  constexpr std::string_view kUnit = "bytes ";
  if (!iequals(text.substr(0, kUnit.size()), kUnit)) return range;
  text.remove_prefix(kUnit.size());
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return range;
  range.size = parse_number(text.substr(slash + 1));
  text = text.substr(0, slash);
  const std::size_t hyphen = text.find('-');
  if (hyphen == std::string_view::npos) return range;
  range.first = parse_number(text.substr(0, hyphen));
  range.last = parse_number(text.substr(hyphen + 1));
  return range;
}

std::string etag_of(const Response& head) {
  const std::string_view tag = trim(find_header(head.headers, "ETag").value_or(""));
  const bool is_strong = tag.size() >= 2 && tag.starts_with('"') && tag.ends_with('"');
  return is_strong ? std::string(tag) : std::string();
}

bool is_encoded(const Response& head) {
  const std::string_view coding = trim(find_header(head.headers, "Content-Encoding").value_or(""));
  return !coding.empty() && !iequals(coding, "identity");
}

std::string in_units(std::uint64_t bytes) {
  constexpr std::uint64_t kGiB = std::uint64_t{1} << 30U;
  return bytes % kGiB == 0 ? std::to_string(bytes / kGiB) + " GiB" : std::to_string(bytes) + " B";
}

std::string refusal_of(const Response& head) {
  const std::string status = " (HTTP " + std::to_string(head.status) + ')';
  switch (head.status) {
    case 401:
    case 403:
      return "the server refuses the link" + status +
             ": it may have expired; run the command again";
    case 404:
    case 410:
      return "the server does not have the file any more" + status;
    default:
      break;
  }
  if (head.status / 100 == 3) return "the server redirects" + status + ", which is not followed";
  return "the server does not send the file" + status;
}

}  // namespace

std::vector<Header> DownloadPlan::headers() const {
  if (received_ == 0) return {};
  return {{"Range", "bytes=" + std::to_string(received_) + '-'}, {"If-Range", etag_}};
}

DownloadPlan::Next DownloadPlan::on_head(const Response& head, WallTime local) {
  skip_ = 0;
  end_.reset();
  retry_after_.reset();
  const bool resumes = received_ > 0;
  if (head.status == kRangeNotSatisfiable && resumes) return is_at_end(head);
  if (head.status != 200 && head.status != kPartial) return refuse(head, local);
  if (is_encoded(head))
    return fail("the server sent the file in an encoding that was not asked for");
  if (head.status == kPartial) return resume(head);
  return resumes ? begin_again(head) : begin(head);
}

DownloadPlan::Next DownloadPlan::begin(const Response& head) {
  const auto length = content_length(head);
  // Who reads may rely on the size already.
  if (size_ && length != size_) return fail(kChanged);
  etag_ = etag_of(head);
  size_ = length;
  end_ = size_;
  if (size_ && *size_ > limits_.bytes) {
    return fail("the file is larger than " + in_units(limits_.bytes));
  }
  return Next::Read;
}

DownloadPlan::Next DownloadPlan::begin_again(const Response& head) {
  const auto length = content_length(head);
  if (!is_same_file(head) || (size_ && length && *length != *size_)) return fail(kChanged);
  if (!size_) size_ = length;
  end_ = size_;
  skip_ = received_;
  return Next::Read;
}

DownloadPlan::Next DownloadPlan::resume(const Response& head) {
  if (received_ == 0)
    return fail("the server sent a part of the file, but the whole was asked for");
  const ContentRange range = content_range(head);
  if (!is_same_file(head) || (size_ && range.size && *range.size != *size_)) return fail(kChanged);
  if (!size_) size_ = range.size;
  const bool continues = range.first == received_ && range.last && size_ &&
                         *range.last >= *range.first && *range.last < *size_;
  if (!continues) return fail("the server sent another part of the file than was asked for");
  if (*size_ > limits_.bytes) return fail("the file is larger than " + in_units(limits_.bytes));
  end_ = *range.last + 1;
  return Next::Read;
}

DownloadPlan::Next DownloadPlan::is_at_end(const Response& head) {
  // If-Range did not match otherwise: the whole file would have come.
  const auto size = content_range(head).size;
  if (size == received_ && (!size_ || size_ == size)) return Next::Whole;
  return fail(kChanged);
}

DownloadPlan::Next DownloadPlan::refuse(const Response& head, WallTime local) {
  const Outcome meaning = outcome(head, local);
  if (meaning.verdict != Verdict::Retry) return fail(refusal_of(head));
  retry_after_ = meaning.retry_after;
  if (retry_after_.value_or(Duration{}) > kRetryAfterMax) {
    return fail("the server is busy (HTTP " + std::to_string(head.status) + "); try again in " +
                std::to_string(to_seconds(*retry_after_)) + " s");
  }
  return on_break("HTTP " + std::to_string(head.status));
}

DownloadPlan::Next DownloadPlan::on_piece(std::string& piece) {
  const std::uint64_t known = std::min<std::uint64_t>(skip_, piece.size());
  piece.erase(0, static_cast<std::size_t>(known));
  skip_ -= known;
  received_ += piece.size();
  if (received_ > limits_.bytes) return fail("the file is larger than " + in_units(limits_.bytes));
  if (end_ && received_ > *end_) return fail("the server sent more than it announced");
  return Next::Read;
}

DownloadPlan::Next DownloadPlan::on_end() {
  if (skip_ > 0 || (end_ && received_ < *end_)) return on_break("the answer was too short");
  if (!size_ || received_ == *size_) return Next::Whole;
  return on_break("the server sent a part only");
}

DownloadPlan::Next DownloadPlan::on_break(const std::string& cause) {
  if (!can_resume()) {
    return fail("the download broke off (" + cause +
                ") and the server cannot resume it; run the command again");
  }
  if (breaks_ >= limits_.breaks) {
    return fail("the download broke off " + std::to_string(breaks_ + 1) +
                " times, the last time: " + cause);
  }
  ++breaks_;
  return Next::Again;
}

Duration DownloadPlan::pause() const {
  const auto factor = std::int64_t{1} << std::clamp(breaks_ - 1, 0, kPauseDoubledMax);
  return std::max(limits_.pause * factor, retry_after_.value_or(Duration{}));
}

bool DownloadPlan::is_same_file(const Response& head) const {
  return !etag_.empty() && etag_of(head) == etag_;
}

DownloadPlan::Next DownloadPlan::fail(std::string sentence) {
  failure_ = std::move(sentence);
  return Next::Failed;
}

}  // namespace mactiond::http
