#include "received_file.hpp"

#include <array>
#include <utility>

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "http/content_length.hpp"

namespace mactiond::ctl {
namespace {

/// No file that a live response fetches is so large.
constexpr std::uint64_t kUnpackedMax = std::uint64_t{16} << 30U;
constexpr std::size_t kShownMax = std::size_t{16} << 20U;
constexpr std::uint64_t kProgressStep = std::uint64_t{256} << 10U;

bool has_type(const http::Response& head, std::string_view type) {
  return iequals(http::find_header(head.headers, "Content-Type").value_or(""), type);
}

}  // namespace

std::string format_bytes(std::uint64_t bytes) {
  constexpr std::array<const char*, 3> kUnits = {" KiB", " MiB", " GiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  std::size_t unit = 0;
  std::uint64_t size = 1024;
  while (unit + 1 < kUnits.size() && bytes >= size * 1024) {
    ++unit;
    size *= 1024;
  }
  const std::uint64_t tenths = bytes * 10 / size;
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + kUnits[unit];
}

bool ReceivedFile::begin(const http::Response& head) {
  has_begun_ = true;
  size_ = http::content_length(head);
  if (wishes_.show && !has_type(head, "application/json")) {
    return fail(kExitRefused, wishes_.file == nullptr
                                  ? "the result is a file: --output FILE saves it"
                                  : "the result is a file: leave out --show to save it");
  }
  if (has_type(head, "application/gzip") && !wishes_.raw) {
    gunzip_ = std::make_unique<Gunzip>([this](std::string_view bytes) { return store(bytes); },
                                       kUnpackedMax);
  }
  show_progress();
  return true;
}

bool ReceivedFile::take(std::string_view piece) {
  received_ += piece.size();
  if (received_ - shown_ >= kProgressStep) show_progress();
  if (wishes_.show && text_.size() + piece.size() > kShownMax) {
    return fail(kExitRefused,
                "the output is too large to be shown: --output FILE without --show saves it");
  }
  if (wishes_.show) text_ += piece;
  if (!gunzip_) return store(piece);
  return gunzip_->push(piece) || fail_unpacking();
}

bool ReceivedFile::finish() { return !gunzip_ || gunzip_->finish() || fail_unpacking(); }

void ReceivedFile::show_waiting() {
  if (has_begun_) return show_progress();
  if (progress_.form() == Progress::Form::OneLine) progress_.show("waiting for the link", "");
}

void ReceivedFile::show_progress() {
  shown_ = received_;
  if (progress_.form() != Progress::Form::OneLine) return;
  std::string detail = ' ' + format_bytes(received_);
  if (size_) detail += " of " + format_bytes(*size_);
  progress_.show("downloading", detail);
}

bool ReceivedFile::store(std::string_view bytes) {
  bytes_ += bytes.size();
  if (wishes_.file == nullptr) return true;
  const auto trouble = wishes_.file->write(bytes);
  return !trouble || fail(kExitIo, trouble->message);
}

// The file may be in trouble already.
bool ReceivedFile::fail_unpacking() {
  return !trouble_ && fail(kExitRefused, gunzip_->trouble().value_or(""));
}

bool ReceivedFile::fail(int exit_code, std::string words) {
  trouble_ = {exit_code, std::move(words)};
  return false;
}

}  // namespace mactiond::ctl
