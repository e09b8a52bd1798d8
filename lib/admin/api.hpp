#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "admin/backend.hpp"
#include "core/status.hpp"
#include "http/message.hpp"

namespace mactiond::admin {

/// The body of GET /v1/status (docs/openapi.yaml).
[[nodiscard]] std::string render_status(const DaemonInfo& info, const core::EngineStatus& status);

/// Of the largest request to the Unix socket: a configuration file as JSON, each character of which
/// may be escaped.
inline constexpr std::size_t kLargestBody = std::size_t{2} * 1024 * 1024 + 4096;

/// The Unix socket: /v1/….
[[nodiscard]] http::Answer answer_operator(const http::Request& request, Backend& backend);

/// Under which names the monitoring listener may be asked.
struct MonitorHosts {
  bool checked = true;             ///< on a loopback listener; a proxy guards any other
  std::vector<std::string> names;  ///< beside IP addresses and `localhost`
};

/// admin.listen: /metrics, /livez, /readyz. Read-only. 421 for a Host that is not ours.
[[nodiscard]] http::Response answer_monitor(const http::Request& request, Backend& backend,
                                            const MonitorHosts& hosts);

}  // namespace mactiond::admin
