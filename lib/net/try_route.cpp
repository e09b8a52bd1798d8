#include "net/try_route.hpp"

#include <openssl/ssl.h>

#include <boost/asio/this_coro.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "net/connector.hpp"
#include "net/deadline.hpp"
#include "net/tls.hpp"

namespace mactiond::net {

namespace asio = boost::asio;

namespace {

Result<std::unique_ptr<asio::ssl::context>> context_for(const RouteOptions& options) {
  auto context = make_tls_context(options.client.ca_file);
  if (!context) return context;
  if (!options.client.client_cert.empty()) {
    const auto usable =
        use_client_certificate(**context, options.client.client_cert, options.client.client_key);
    if (!usable) return usable.error();
  }
  const bool offers_http = options.speaks_http;
  if (!offers_http && SSL_CTX_set_alpn_protos((*context)->native_handle(), nullptr, 0) != 0) {
    return Error(Errc::TlsFailed, "OpenSSL");
  }
  return context;
}

}  // namespace

Task<http::Passage> try_route(asio::any_io_executor executor, RouteOptions options, http::Url url,
                              Duration limit) {
  http::Passage passage;
  const auto state = co_await asio::this_coro::cancellation_state;
  if (is_cancelled(state)) {
    passage.error = Error(Errc::Cancelled, "");
    co_return passage;
  }
  auto context = context_for(options);
  if (!context) {
    passage.stage = http::Passage::Stage::Tls;
    passage.error = context.error();
    co_return passage;
  }
  Connector connector(executor, std::move(*context),
                      {options.client.proxy, http::NoProxy(options.client.no_proxy),
                       options.client.refuse_metadata},
                      options.client.lookup);
  std::string_view phase;
  auto connecting = connector.connect(std::move(url), limit, phase, &passage);
  const auto connected = co_await with_deadline(std::move(connecting), limit);
  if (!connected) passage.error = connected.error();
  co_return passage;
}

}  // namespace mactiond::net
