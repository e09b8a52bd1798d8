#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "http/message.hpp"

namespace mactiond::http {

/// A file that is fetched by one GET or, after breaks, by several. Decides what each of them asks
/// for and whether its answer continues the file. What has come is never taken back: after a break
/// only bytes that are certainly of the same file follow it.
class DownloadPlan {
 public:
  struct Limits {
    std::uint64_t bytes = std::uint64_t{4} << 30U;
    int breaks = 8;                            ///< over all; one more ends the download
    Duration pause = std::chrono::seconds(1);  ///< after the first; each time twice as long
  };
  enum class Next : std::uint8_t {
    Read,    ///< the body, or more of it
    Whole,   ///< nothing is missing
    Again,   ///< another request, after pause()
    Failed,  ///< failure() says why
  };

  explicit DownloadPlan(Limits limits) : limits_(limits) {}

  /// Of the next request, beside what every request has.
  [[nodiscard]] std::vector<Header> headers() const;
  /// An answer has begun. local is the time of receipt.
  [[nodiscard]] Next on_head(const Response& head, WallTime local);
  /// Leaves of a piece of the body what is new.
  [[nodiscard]] Next on_piece(std::string& piece);
  /// The body ended in order.
  [[nodiscard]] Next on_end();
  /// The request or its answer broke off.
  [[nodiscard]] Next on_break(const std::string& cause);

  [[nodiscard]] Duration pause() const;
  /// Of the whole file, where it is known.
  [[nodiscard]] std::optional<std::uint64_t> size() const { return size_; }
  [[nodiscard]] std::uint64_t received() const { return received_; }
  /// A sentence for operators, without a full stop.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  [[nodiscard]] Next fail(std::string sentence);
  [[nodiscard]] Next begin(const Response& head);
  [[nodiscard]] Next begin_again(const Response& head);
  [[nodiscard]] Next resume(const Response& head);
  [[nodiscard]] Next is_at_end(const Response& head);
  [[nodiscard]] Next refuse(const Response& head, WallTime local);
  [[nodiscard]] bool is_same_file(const Response& head) const;
  [[nodiscard]] bool can_resume() const { return received_ == 0 || !etag_.empty(); }

  Limits limits_;
  std::uint64_t received_ = 0;
  std::uint64_t skip_ = 0;             ///< of the body in progress: what came before
  std::optional<std::uint64_t> end_;   ///< of the part in progress, where the answer names it
  std::optional<std::uint64_t> size_;  ///< of the file
  std::string etag_;                   ///< empty without a strong one
  int breaks_ = 0;
  std::optional<Duration> retry_after_;
  std::string failure_;
};

}  // namespace mactiond::http
