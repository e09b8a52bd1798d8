#pragma once

#include "base/time.hpp"

namespace mactiond::core {

/// What was last reported of the end of a region's credential.
struct CredentialMark {
  WallTime end{};
  int days = 0;  ///< the threshold that was reached
  bool operator==(const CredentialMark&) const = default;
};

}  // namespace mactiond::core
