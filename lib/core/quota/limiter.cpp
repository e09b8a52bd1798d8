#include "core/quota/limiter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/error.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// An operation with a limit of its own, whatever [region.quota] says.
struct OwnLimit {
  QuotaKind what;
  const char* prefix;  ///< of its rows
  int per_minute;
  int per_hour;  ///< 0: not limited
};

constexpr std::array kOwnLimits{
    OwnLimit{QuotaKind::PackageLink, "package_link.", 2, 120},
    OwnLimit{QuotaKind::LiveResponse, "live_response.", 10, 0},
};

int shared(int count, double share) {
  return std::max(1, static_cast<int>(std::floor(count * share)));
}

std::vector<RateLimit> limits_of(int per_minute, int per_hour, double share) {
  std::vector<RateLimit> limits{make_limit("minute", shared(per_minute, share), 1min)};
  if (per_hour > 0) limits.push_back(make_limit("hour", shared(per_hour, share), 1h));
  return limits;
}

// By QuotaKind.
std::vector<std::vector<RateLimit>> all_limits(const QuotaOptions& options) {
  std::vector<std::vector<RateLimit>> all{
      limits_of(options.per_minute, options.per_hour, options.share)};
  for (const OwnLimit& own : kOwnLimits) {
    MACTIOND_ASSERT(static_cast<std::size_t>(own.what) == all.size());
    all.push_back(limits_of(own.per_minute, own.per_hour, options.share));
  }
  return all;
}

}  // namespace

Limiter::Limiter(const QuotaOptions& options, std::string boot_id) : boot_id_(std::move(boot_id)) {
  const auto limits = all_limits(options);
  meters_.emplace_back("", limits.front());
  for (const OwnLimit& own : kOwnLimits) meters_.emplace_back(own.prefix, limits[meters_.size()]);
}

void Limiter::restore(const std::vector<QuotaRow>& rows, MonoTime now) {
  for (CallMeter& meter : meters_) meter.restore(rows, boot_id_, now);
}

void Limiter::configure(const QuotaOptions& options, MonoTime now) {
  const auto limits = all_limits(options);
  for (std::size_t i = 0; i < meters_.size(); ++i) meters_[i].configure(limits[i], now);
}

std::optional<MonoTime> Limiter::try_take(Lane lane, MonoTime now, QuotaKind what) {
  return meter(what).try_take(lane, now);
}

std::vector<QuotaRow> Limiter::rows(const std::string& counted_by) const {
  std::vector<QuotaRow> rows;
  for (const CallMeter& meter : meters_) meter.append_rows(counted_by, boot_id_, rows);
  return rows;
}

void Limiter::write_rows(const std::string& counted_by, std::vector<QuotaRow>& quotas) const {
  std::erase_if(quotas, [&](const QuotaRow& row) { return row.region == counted_by; });
  for (QuotaRow& row : rows(counted_by)) quotas.push_back(std::move(row));
}

QuotaStatus Limiter::status(MonoTime now) const {
  const CallMeter& api = meter(QuotaKind::Api);
  return {api.used(1min, now), api.limit(1min),        api.used(1h, now),
          api.limit(1h),       api.used_is(1min, now), api.used_is(1h, now)};
}

}  // namespace mactiond::core
