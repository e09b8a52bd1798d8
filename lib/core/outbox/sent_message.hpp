#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace mactiond::core {

/// One attempt of a delivery, from its start until it is answered.
struct SentDelivery {
  std::uint64_t seq = 0;
  std::string event_id;
  int attempt = 0;
  int refusals = 0;
  int early_tries = 0;
  std::optional<WallTime> failed{};  ///< when an attempt failed for the first time
};

/// One message in flight; its oldest event comes first.
struct SentMessage {
  std::vector<SentDelivery> events;
  std::uint64_t era = 0;  ///< Pace::era
  MonoTime started{};
  std::optional<WallTime> due{};  ///< set if it was tried before then
};

}  // namespace mactiond::core
