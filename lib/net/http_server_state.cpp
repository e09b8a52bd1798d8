#include "net/http_server_state.hpp"

#include <algorithm>

namespace mactiond::net {

void HttpServerState::stop() {
  stopping = true;
  boost::system::error_code ignored;
  acceptor.close(ignored);
  for (HttpConnection& connection : connections) {
    connection.socket.close(ignored);
    if (connection.later) connection.later->came.set();
  }
  file.reset();
  peers.stop();
  changed.set();
}

bool HttpServerState::evict() {
  const auto waits = [](const HttpConnection& c) { return c.reading && c.socket.is_open(); };
  const auto oldest = std::find_if(connections.begin(), connections.end(), waits);
  if (oldest == connections.end()) return false;
  boost::system::error_code ignored;
  oldest->socket.close(ignored);
  return true;
}

}  // namespace mactiond::net
