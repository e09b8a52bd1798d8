#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "base/secret.hpp"
#include "base/time.hpp"
#include "core/question/question.hpp"
#include "http/client.hpp"
#include "net/download.hpp"
#include "runtime/api_calls.hpp"

namespace mactiond::runtime {

/// What links of the API lead to, fetched for operators. A link is in no log and not stored.
class Downloads {
 public:
  /// Or why there is none.
  using Fetched = std::variant<http::Transfer, core::Unanswered>;
  using Done = std::function<void(Fetched)>;
  /// One of the few downloads at once, until it is destroyed; nothing where all are taken.
  using Place = std::shared_ptr<void>;

  Downloads(const Clock& clock, RegionAccesses regions, net::DownloadLimits limits = {})
      : clock_(clock), regions_(std::move(regions)), limits_(limits) {}

  /// For the downloads to come; those in progress end with what they began with.
  void set_regions(RegionAccesses regions) { regions_ = std::move(regions); }

  [[nodiscard]] Place take_place();
  /// Ends in exactly one call of done, also on cancellation. The body of a transfer ends with
  /// what holds it. action names it in the log.
  [[nodiscard]] Task<void> fetch(std::string region, ActionId action, core::Link link, Place place,
                                 Done done);

 private:
  const Clock& clock_;
  RegionAccesses regions_;
  net::DownloadLimits limits_;
  std::shared_ptr<std::size_t> taken_ = std::make_shared<std::size_t>(0);
};

}  // namespace mactiond::runtime
