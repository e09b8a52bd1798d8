#pragma once

#include <memory>

#include "base/error.hpp"
#include "base/time.hpp"
#include "http/client.hpp"
#include "http/message.hpp"
#include "runtime/token_source.hpp"

namespace mactiond::runtime {

/// The credential cannot be used: nothing was sent.
[[nodiscard]] TokenAnswer unusable_credential(const Error& error);

/// Sends one request for a token; nothing where the task was cancelled before.
[[nodiscard]] Task<http::SendResult> send_for_token(std::shared_ptr<http::Client> client,
                                                    http::Request request, Duration limit);

/// A token from the body of a 200 answer.
[[nodiscard]] TokenAnswer read_token(const http::Response& response, WallTime now);

/// Asks the token endpoint of Entra ID once.
[[nodiscard]] Task<TokenAnswer> ask_entra(const Clock& clock, std::shared_ptr<http::Client> client,
                                          http::Request request, MonoTime deadline);

}  // namespace mactiond::runtime
