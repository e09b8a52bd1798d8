#pragma once

#include <string>
#include <string_view>

namespace mactiond::daemon {

/// The proxy for a host: the configured one, else $HTTPS_PROXY (or https_proxy) unless $NO_PROXY
/// (or no_proxy) names the host, a domain it lies in, or "*". Empty: direct.
[[nodiscard]] std::string choose_proxy(const std::string& configured, std::string_view host);

}  // namespace mactiond::daemon
