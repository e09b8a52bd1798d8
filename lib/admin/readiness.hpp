#pragma once

#include <string>

#include "core/status.hpp"

namespace mactiond::admin {

/// Whether the daemon does its work, and the reasons line by line.
struct Readiness {
  bool ready = false;
  std::string report;  ///< "[+] …" for what is well, "[-] …" for what is not
};

/// Ready: live, the transition log can be written, and every region was polled with success at
/// least once and is either in order or was polled lately. Trouble that has just begun is for
/// alerts, not for restarts.
[[nodiscard]] Readiness judge_readiness(bool live, const core::EngineStatus& status);

}  // namespace mactiond::admin
