#pragma once

#include <string>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "net/https_client.hpp"

namespace mactiond::daemon {

/// Has a client use the configured proxy for every server. Where there is none, $HTTPS_PROXY (or
/// https_proxy) for those that $NO_PROXY (or no_proxy) does not name. auth, if not empty, counts
/// instead of a user in the variable. Errc::InvalidUrl where the variable counts and is not usable;
/// it is named as it was read.
[[nodiscard]] Result<void> set_proxy(net::ClientOptions& options, const std::string& configured,
                                     const Secret& auth);

/// Whether $HTTPS_PROXY (or https_proxy) is set.
[[nodiscard]] bool environment_has_proxy();

}  // namespace mactiond::daemon
