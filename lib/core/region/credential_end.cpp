#include "core/region/credential_end.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/error.hpp"
#include "base/iso_time.hpp"

namespace mactiond::core {
namespace {

constexpr std::array kThresholds{30, 14, 7, 3, 1, 0};

WallTime reached_at(WallTime end, int days) { return end - std::chrono::days(days); }

}  // namespace

std::optional<WallTime> CredentialEnd::next_at() const {
  if (!end_) return std::nullopt;
  const bool begun = mark_ && mark_->end == end_;
  for (const int days : kThresholds) {
    if (!begun || days < mark_->days) return reached_at(*end_, days);
  }
  return std::nullopt;
}

CredentialMark CredentialEnd::report(WallTime now) {
  MACTIOND_ASSERT(end_);
  const auto last = std::find_if(kThresholds.rbegin(), kThresholds.rend(),
                                 [&](int days) { return reached_at(*end_, days) <= now; });
  MACTIOND_ASSERT(last != kThresholds.rend());
  return mark_.emplace(*end_, *last);
}

std::optional<Outcome> CredentialEnd::trouble(WallTime now) const {
  if (!end_ || now < *end_) return std::nullopt;
  return Outcome{Verdict::GiveUp,
                 Reason::Auth,
                 0,
                 {},
                 "the credential ended at " + format_iso_time_short(*end_) +
                     ": renew it, and correct `expires` where that is set"};
}

}  // namespace mactiond::core
