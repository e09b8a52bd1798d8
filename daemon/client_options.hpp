#pragma once

#include "base/error.hpp"
#include "config/config.hpp"
#include "net/https_client.hpp"

namespace mactiond::daemon {

// Whom a client trusts and which way it takes, as configured. Errc::InvalidUrl where $HTTPS_PROXY
// counts and is not usable.

[[nodiscard]] Result<net::ClientOptions> client_options(const config::Region& region);
[[nodiscard]] Result<net::ClientOptions> client_options(const config::Webhook& webhook);

}  // namespace mactiond::daemon
