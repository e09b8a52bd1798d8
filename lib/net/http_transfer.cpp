#include "net/http_transfer.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "http1/response_text.hpp"
#include "net/deadline.hpp"
#include "net/http_socket.hpp"

namespace mactiond::net {
namespace {

/// For the client to take one piece: it may write it to a slow disk.
constexpr Duration kPieceTime = std::chrono::minutes(1);

}  // namespace

Task<void> serve_transfer(std::shared_ptr<HttpServerState> state, Socket& socket,
                          http::Transfer transfer, bool head_only) {
  std::string text = transfer_head_text(transfer);
  bool ended = head_only;
  while (!state->stopping) {
    auto writing = write_all(socket, std::move(text));
    const auto written = co_await with_deadline(std::move(writing), kPieceTime);
    if (!written || ended) co_return;
    auto reading = transfer.body->next();
    auto watching = read_to_end(socket);
    auto piece = co_await with_watch(std::move(reading), std::move(watching));
    // Without its end the client knows that the body is not whole.
    if (!piece) co_return;
    ended = piece->empty();
    if (ended && transfer.size) co_return;
    text = transfer.size ? std::move(*piece) : chunk_text(*piece);
  }
}

}  // namespace mactiond::net
