#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "http/proxy.hpp"

namespace mactiond::daemon {

struct ProxyChoice {
  std::optional<http::Proxy> proxy;
  std::string no_proxy{};  ///< who is reached without it, as http::NoProxy reads it
};

/// The configured proxy for every server. Where there is none, $HTTPS_PROXY (or https_proxy) for
/// those that $NO_PROXY (or no_proxy) does not name. auth, if not empty, counts instead of a user
/// in the variable. Errc::InvalidUrl where the variable counts and is not usable; it is named as it
/// was read.
[[nodiscard]] Result<ProxyChoice> choose_proxy(const std::optional<http::Url>& configured,
                                               const Secret& auth);

/// Whether $HTTPS_PROXY (or https_proxy) is set.
[[nodiscard]] bool environment_has_proxy();

}  // namespace mactiond::daemon
