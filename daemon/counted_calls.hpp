#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "config/config.hpp"
#include "core/quota/limiter.hpp"
#include "doctor/region_checks.hpp"
#include "store/store.hpp"

namespace mactiond::daemon {

/// Takes calls from the quota of each region for a process that has no engine: the store knows of
/// each before it is made, so that the daemon counts it too.
class CountedCalls {
 public:
  /// Opens the store and takes its lock: Errc::StoreInUse while a daemon holds it.
  [[nodiscard]] static Result<CountedCalls> open(const config::Config& config);

  /// Nothing if the call may be made now, and is counted.
  [[nodiscard]] std::optional<doctor::ListFailure> take(const core::RegionOptions& region, Now now);

  [[nodiscard]] const store::Store& store() const { return store_; }

 private:
  CountedCalls(store::Store store, core::Snapshot snapshot, std::string boot_id, bool past_unknown)
      : store_(std::move(store)),
        quotas_(std::move(snapshot.quotas)),
        boot_id_(std::move(boot_id)),
        past_unknown_(past_unknown) {}

  store::Store store_;
  std::vector<core::QuotaRow> quotas_;
  std::string boot_id_;
  bool past_unknown_ = false;                      ///< the calls of an earlier daemon are not known
  std::map<std::string, core::Limiter> limiters_;  ///< by RegionOptions::counted_by
};

}  // namespace mactiond::daemon
