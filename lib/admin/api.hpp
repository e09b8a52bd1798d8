#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/time.hpp"
#include "core/status.hpp"
#include "http/message.hpp"

namespace mactiond::admin {

/// What every answer needs to know beside the engine's status.
struct DaemonInfo {
  std::string version;
  std::string instance;
  Duration uptime{};
};

/// The body of GET /v1/status (contract section 4).
[[nodiscard]] std::string render_status(const DaemonInfo& info, const core::EngineStatus& status);

/// An RFC 9457 problem+json answer.
[[nodiscard]] http::Response problem(int status, const std::string& title,
                                     const std::string& detail);

/// What the endpoints read; called only for the endpoint that needs it.
struct Views {
  std::function<DaemonInfo()> info;
  std::function<core::EngineStatus()> status;
  std::function<std::string()> metrics;  ///< Prometheus text
  std::function<bool()> live;            ///< loop turned and store answered lately
};

/// The Unix socket: /v1/….
[[nodiscard]] http::Response answer_operator(const http::Request& request, const Views& views);

/// admin.listen: /metrics, /livez, /readyz. Read-only.
[[nodiscard]] http::Response answer_monitor(const http::Request& request, const Views& views);

}  // namespace mactiond::admin
