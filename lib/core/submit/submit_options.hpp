#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace mactiond::core {

/// [submit]
struct SubmitOptions {
  bool enabled = false;
  /// Literal names: nothing else is ever submitted.
  std::vector<std::string> types = {"RunAntiVirusScan", "CollectInvestigationPackage"};
  int max_per_hour = 60;                ///< over all regions
  std::vector<std::string> link_hosts;  ///< empty: those of the region's cloud
  Duration send_within = std::chrono::minutes(15);
};

}  // namespace mactiond::core
