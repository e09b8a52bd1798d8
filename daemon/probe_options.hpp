#pragma once

#include "doctor/wanted.hpp"

namespace mactiond::daemon {

/// What --probe looks at, and how it reports.
struct ProbeOptions {
  doctor::Wanted wanted{};
  bool json = false;
};

}  // namespace mactiond::daemon
