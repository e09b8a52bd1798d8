#pragma once

#include <memory>

#include "http/client.hpp"
#include "net/http_server_state.hpp"

namespace mactiond::net {

/// Reads the requests of one connection and writes their answers, one after the other, until
/// either side ends it.
[[nodiscard]] Task<void> serve_connection(std::shared_ptr<HttpServerState> state,
                                          HttpConnection& connection);

}  // namespace mactiond::net
