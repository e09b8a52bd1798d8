#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "http/client.hpp"
#include "http/passage.hpp"
#include "http/proxy.hpp"
#include "http/url.hpp"
#include "net/connection.hpp"
#include "net/resolver.hpp"

namespace mactiond::net {

/// Makes connections: resolves, tries the addresses in turn, goes through the proxy and does the
/// TLS handshake.
class Connector {
 public:
  struct Options {
    std::optional<http::Proxy> proxy{};
    http::NoProxy no_proxy{};  ///< what is reached without it
    bool refuse_metadata = false;
  };

  Connector(boost::asio::any_io_executor executor,
            std::unique_ptr<boost::asio::ssl::context> context, Options options, Lookup lookup);

  /// A connection to the server of url, ready for a request. The caller holds the deadline;
  /// limit, the time it grants, is split here among what is tried in turn. phase names what is
  /// in progress, for error texts; passage, if there is one, keeps how far it came.
  [[nodiscard]] Task<Result<std::unique_ptr<Connection>>> connect(http::Url url, Duration limit,
                                                                  std::string_view& phase,
                                                                  http::Passage* passage = nullptr);

 private:
  /// Whom to connect to: the server of the URL, or the proxy that makes a tunnel to it.
  struct Dialled {
    http::Url server;
    bool is_proxy = false;
  };
  [[nodiscard]] Task<Result<std::unique_ptr<Connection>>> dial(Dialled next, Duration limit,
                                                               std::string_view& phase,
                                                               http::Passage& passage);
  [[nodiscard]] bool refuses(const boost::asio::ip::address& address) const;

  boost::asio::any_io_executor executor_;
  std::unique_ptr<boost::asio::ssl::context> context_;
  Options options_;
  Resolver resolver_;
};

}  // namespace mactiond::net
