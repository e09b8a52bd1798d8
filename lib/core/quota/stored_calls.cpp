#include "core/quota/stored_calls.hpp"

#include <algorithm>
#include <chrono>

namespace mactiond::core {

const QuotaRow* StoredCalls::find(const std::string& window) const {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const QuotaRow& row) { return row.window == window; });
  return found == rows.end() ? nullptr : &*found;
}

bool StoredCalls::exact(const QuotaRow& row) const {
  return !boot_id.empty() && row.boot_id == boot_id;
}

std::optional<MonoTime> StoredCalls::instant(const QuotaRow& row) const {
  if (exact(row)) return row.instant;
  if (log == nullptr || log->boot_id != row.boot_id) return std::nullopt;
  // A longer distance was on no clock of ours.
  constexpr Duration kFar = std::chrono::hours(48);
  const Duration distance = row.instant - log->instant;
  if (std::chrono::abs(distance) > kFar) return std::nullopt;
  return now + kLogEndsWithin + distance;
}

}  // namespace mactiond::core
