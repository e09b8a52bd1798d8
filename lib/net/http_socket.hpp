#pragma once

#include <string>

#include "http/client.hpp"
#include "net/http_server_state.hpp"

namespace mactiond::net {

/// Errc::ConnectionLost.
[[nodiscard]] Task<Result<void>> write_all(Socket& socket, std::string text);

/// Until the peer ends its side; what it sends is thrown away.
[[nodiscard]] Task<Result<void>> read_to_end(Socket& socket);

}  // namespace mactiond::net
