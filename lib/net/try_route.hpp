#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "base/time.hpp"
#include "http/client.hpp"
#include "http/passage.hpp"
#include "http/url.hpp"
#include "net/https_client.hpp"

namespace mactiond::net {

struct RouteOptions {
  ClientOptions client;
  bool speaks_http = true;  ///< what the TLS handshake offers
};

/// Makes one connection as a client with these options would, sends nothing over it and closes it.
/// Takes no longer than limit.
[[nodiscard]] Task<http::Passage> try_route(boost::asio::any_io_executor executor,
                                            RouteOptions options, http::Url url, Duration limit);

}  // namespace mactiond::net
