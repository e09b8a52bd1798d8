#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mactiond::http {

/// Whether a Host header names the monitoring listener: an IP address, `localhost`, or one of
/// names ([admin] hosts), with any port. A page of another site that lets its own name lead to us
/// (DNS rebinding) sends that name, and must not read what we serve.
[[nodiscard]] bool is_our_host(std::string_view host, const std::vector<std::string>& names);

/// Whether "address:port" is on the loopback interface.
[[nodiscard]] bool is_loopback(std::string_view listen);

}  // namespace mactiond::http
