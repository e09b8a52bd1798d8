#pragma once

#include <string>

#include "core/status.hpp"

namespace mactiond::admin {

/// Whether the daemon itself can do its work, and line by line what everything it watches is like.
struct Readiness {
  bool ready = false;
  std::string report;  ///< "[+] …" for what is well, "[-] …" for what is not
};

/// Ready: live, and the transition log can be written. A region or webhook in trouble is in the
/// report and is for alerts: no restart and no other instance would help it.
[[nodiscard]] Readiness judge_readiness(bool live, const core::EngineStatus& status);

}  // namespace mactiond::admin
