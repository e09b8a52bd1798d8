#pragma once

#include <optional>

#include "base/time.hpp"

namespace mactiond::runtime {

/// How far the driver's run is from its end.
struct Ending {
  bool stopping = false;
  std::optional<int> exit_code;          ///< it ends as soon as its tasks have ended
  std::optional<MonoTime> grace_ends{};  ///< deliveries in progress are given up then
};

}  // namespace mactiond::runtime
