#pragma once

#include <memory>

#include "http/client.hpp"
#include "net/http_server_state.hpp"

namespace mactiond::net {

/// Passes a transfer on to the client, no faster than it takes it. Where the client leaves or the
/// server stops, the transfer is given up. The connection must be closed then.
[[nodiscard]] Task<void> serve_transfer(std::shared_ptr<HttpServerState> state, Socket& socket,
                                        http::Transfer transfer, bool head_only);

}  // namespace mactiond::net
