#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "action/quota_kind.hpp"
#include "base/outcome.hpp"
#include "base/time.hpp"
#include "core/options.hpp"
#include "core/quota/call_meter.hpp"
#include "core/rows.hpp"
#include "core/status.hpp"

namespace mactiond::core {

/// The quota of one region entry: a meter for each kind of call that is counted apart.
class Limiter {
 public:
  Limiter(const QuotaOptions& options, std::string boot_id);

  /// See CallMeter::restore.
  void restore(const std::vector<QuotaRow>& rows, MonoTime now);

  /// See CallMeter::drain.
  void drain(MonoTime now) {
    for (CallMeter& meter : meters_) meter.drain(now);
  }

  /// See CallMeter::configure.
  void configure(const QuotaOptions& options, MonoTime now);

  /// Nothing if a token was taken, else when to ask again (after now).
  [[nodiscard]] std::optional<MonoTime> try_take(Lane lane, MonoTime now,
                                                 QuotaKind what = QuotaKind::Api);
  /// When the lane may call next; not after now if it may at once.
  [[nodiscard]] MonoTime next_at(Lane lane, MonoTime now, QuotaKind what = QuotaKind::Api) const {
    return meter(what).next_at(lane, now);
  }
  /// How many tokens the lane could take at once.
  [[nodiscard]] int available(Lane lane, MonoTime now) const {
    return meter(QuotaKind::Api).available(lane, now);
  }
  [[nodiscard]] int burst() const { return meter(QuotaKind::Api).burst(); }

  /// The API said 429 although we kept within our limits: others share them, or they are smaller.
  /// All calls are held: see Throttle. A smaller limit that was named is kept for a day, over
  /// restarts too. Otherwise the lanes that can wait go slower for some minutes.
  void throttled(std::optional<Duration> retry_after, std::optional<NamedLimit> named, MonoTime now,
                 QuotaKind what = QuotaKind::Api) {
    meter(what).throttled(retry_after, named, now);
  }
  /// A call was answered: the next refusal is the first in a row.
  void accepted(QuotaKind what = QuotaKind::Api) { meter(what).accepted(); }
  /// The spacing of calls that the quota can sustain.
  [[nodiscard]] Duration sustained() const { return meter(QuotaKind::Api).sustained(); }

  /// Nobody calls before now + wait; a shorter hold never shortens a longer one.
  void hold(Duration wait, MonoTime now) { meter(QuotaKind::Api).hold(wait, now); }

  /// The state to commit with the call that was just granted.
  [[nodiscard]] std::vector<QuotaRow> rows(const std::string& counted_by) const;
  /// The same in place of older rows that are not committed yet.
  void write_rows(const std::string& counted_by, std::vector<QuotaRow>& quotas) const;

  /// Of QuotaKind::Api.
  [[nodiscard]] QuotaStatus status(MonoTime now) const;
  /// Total time the API held us, in this process.
  [[nodiscard]] Duration held() const { return meter(QuotaKind::Api).held(); }

 private:
  [[nodiscard]] CallMeter& meter(QuotaKind what) { return meters_[static_cast<std::size_t>(what)]; }
  [[nodiscard]] const CallMeter& meter(QuotaKind what) const {
    return meters_[static_cast<std::size_t>(what)];
  }

  std::string boot_id_;
  std::vector<CallMeter> meters_;  ///< by QuotaKind
};

}  // namespace mactiond::core
