#include "net/http_socket.hpp"

#include <boost/asio/write.hpp>
#include <cstddef>

#include "net/await.hpp"

namespace mactiond::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kDiscarded = std::size_t{4} * 1024;

}  // namespace

Task<Result<void>> write_all(Socket& socket, std::string text) {
  const auto data = asio::buffer(text);
  const auto [ec, size] = co_await asio::async_write(socket, data, kAwait);
  if (ec) co_return Error(Errc::ConnectionLost, "");
  co_return Result<void>();
}

Task<Result<void>> read_to_end(Socket& socket) {
  std::string piece(kDiscarded, '\0');
  const auto buffer = asio::buffer(piece);
  for (;;) {
    const auto [ec, size] = co_await socket.async_read_some(buffer, kAwait);
    if (ec) co_return Result<void>();
  }
}

}  // namespace mactiond::net
