#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "http/client.hpp"
#include "mactionsim/call.hpp"

namespace mactiond::sim {

/// Called with each whole request.
using CallHandler = std::function<Reply(const Call&)>;

/// An HTTPS server that can also answer badly: it sends replies as scripted bytes.
class Server {
 public:
  virtual ~Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Accepts until stop(); each connection is served on its own.
  [[nodiscard]] virtual Task<void> serve() = 0;
  virtual void stop() = 0;
  [[nodiscard]] virtual unsigned short port() const = 0;

 protected:
  Server() = default;
};

struct ServerOptions {
  std::string listen;    ///< "address:port"; port 0 takes a free one
  std::string tls_cert;  ///< PEM, the chain
  std::string tls_key;   ///< PEM
};

/// TLS 1.2 or later.
[[nodiscard]] Result<std::unique_ptr<Server>> make_server(boost::asio::any_io_executor executor,
                                                          const ServerOptions& options,
                                                          CallHandler handler);

}  // namespace mactiond::sim
