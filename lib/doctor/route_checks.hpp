#pragma once

#include <string>

#include "base/time.hpp"
#include "doctor/check.hpp"
#include "http/passage.hpp"

namespace mactiond::doctor {

/// A server, and how far a connection to it came.
struct Route {
  std::string server;    ///< host and port
  std::string prefix{};  ///< of the checks' names: "login-", "api-" or nothing
  std::string setting;   ///< the option that names the server
  bool is_tls = true;
  bool secret = false;  ///< nothing that names the server may be shown
  http::Passage passage{};
};

/// name, proxy and tls (or connection, without TLS): up to the first that is not ok.
[[nodiscard]] Checks route_checks(const Target& target, const Route& route, WallTime now);

}  // namespace mactiond::doctor
