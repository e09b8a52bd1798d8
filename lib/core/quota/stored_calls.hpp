#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "core/rows.hpp"

namespace mactiond::core {

/// The stored log of calls ends with a whole second that may not have ended.
inline constexpr Duration kLogEndsWithin = std::chrono::seconds(1);

/// What was stored of the calls of a process before this one, and how its times are read on this
/// clock.
struct StoredCalls {
  const std::vector<QuotaRow>& rows;
  const std::string& boot_id;
  const QuotaRow* log = nullptr;  ///< the row of the log; null: there is none to be used
  MonoTime now{};

  [[nodiscard]] const QuotaRow* find(const std::string& window) const;
  /// Whether the row is of this boot: its times are those of this clock.
  [[nodiscard]] bool exact(const QuotaRow& row) const;
  /// The row's instant; the latest it can be where the row is of another boot. Nothing if that is
  /// not known.
  [[nodiscard]] std::optional<MonoTime> instant(const QuotaRow& row) const;
};

}  // namespace mactiond::core
