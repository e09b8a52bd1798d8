#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "http/client.hpp"
#include "http/download_plan.hpp"

namespace mactiond::net {

struct DownloadLimits {
  http::DownloadPlan::Limits plan;
  Duration begin = std::chrono::minutes(1);     ///< until begin() returns
  Duration connect = std::chrono::seconds(10);  ///< until a request starts to leave
  Duration head = std::chrono::seconds(30);     ///< until an answer has begun
  Duration silence = std::chrono::seconds(30);  ///< longest wait for the next bytes
  /// In this much waiting at least slow_bytes come, or it counts as a break.
  Duration slow_time = std::chrono::minutes(1);
  std::uint64_t slow_bytes = std::uint64_t{256} * 1024;
  Duration total = std::chrono::hours(12);  ///< after it a break is the end
};

/// The body of what a URL leads to, whole or not at all: after a break it is resumed as
/// DownloadPlan allows. No token is sent and no redirect followed.
///
/// Cancelled (terminal cancellation of the awaiting coroutine): Errc::Cancelled.
class Download final : public http::BodySource {
 public:
  /// clock outlives it.
  Download(std::shared_ptr<http::Client> client, http::Url url, const Clock& clock,
           DownloadLimits limits = {});

  /// Until an answer has begun that brings the body. Once, before next().
  [[nodiscard]] Task<Result<void>> begin();
  [[nodiscard]] Task<Result<std::string>> next() override;

  /// Of the whole body, where it is known.
  [[nodiscard]] std::optional<std::uint64_t> size() const { return plan_.size(); }
  [[nodiscard]] std::uint64_t received() const { return plan_.received(); }
  /// After an error that is not Errc::Cancelled: a sentence for operators, without a full stop,
  /// that names the server.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  using Next = http::DownloadPlan::Next;

  [[nodiscard]] Task<Result<void>> ask();
  [[nodiscard]] Task<Result<void>> ask_again();
  [[nodiscard]] Task<Next> request();
  [[nodiscard]] Task<Next> read_piece(std::string& piece);
  [[nodiscard]] Next on_error(const Error& error);
  [[nodiscard]] bool is_too_long() const;
  void watch_pace(Duration waited, std::uint64_t bytes);
  [[nodiscard]] Result<void> judge(Next next);
  [[nodiscard]] Error fail(const std::string& sentence);

  std::shared_ptr<http::Client> client_;
  http::Url url_;
  const Clock& clock_;
  DownloadLimits limits_;
  http::DownloadPlan plan_;
  MonoTime started_;
  std::unique_ptr<http::BodySource> body_;  ///< of the answer in progress; none: all has come
  Duration waited_{};                       ///< since the pace was looked at
  std::uint64_t came_ = 0;                  ///< in that time
  bool is_slow_ = false;
  bool is_cancelled_ = false;
  std::string failure_;
};

}  // namespace mactiond::net
