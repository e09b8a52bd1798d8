#pragma once

#include <memory>
#include <optional>

#include "http/client.hpp"
#include "http/message.hpp"
#include "net/http_server_state.hpp"

namespace mactiond::net {

// Answers that come later. Nothing if the client or the server goes first.

[[nodiscard]] Task<std::optional<http::Later::Made>> await_answer(HttpConnection& connection,
                                                                  http::Later later);
[[nodiscard]] Task<std::optional<http::Response>> await_poll(std::shared_ptr<HttpServerState> state,
                                                             Socket& socket, http::Poll poll);

}  // namespace mactiond::net
