#include "net/connector.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "http/host_port.hpp"
#include "http1/request_text.hpp"
#include "http1/response_reader.hpp"
#include "net/address.hpp"
#include "net/deadline.hpp"

namespace mactiond::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kAddressesMax = 8;
constexpr std::size_t kProxyHeaderBytes = std::size_t{16} * 1024;

Error proxy_failure(std::string cause) { return {Errc::ProxyFailed, std::move(cause)}; }

bool offers_basic(const http::Response& response) {
  return std::any_of(response.headers.begin(), response.headers.end(), [](const auto& header) {
    const std::string value = to_lower(header.value);
    return iequals(header.name, "Proxy-Authenticate") && value.find("basic") != std::string::npos;
  });
}

// Some proxies answer wrong credentials with 401. That has nothing to do with the server's 401.
std::string refusal(const http::Response& response, bool had_credentials) {
  const std::string status = "HTTP " + std::to_string(response.status);
  if (response.status != 407 && response.status != 401) return status;
  const bool names_schemes = http::find_header(response.headers, "Proxy-Authenticate").has_value();
  if (names_schemes && !offers_basic(response)) {
    return status + ": the proxy does not offer Basic authentication, and no other is supported";
  }
  if (had_credentials) return status + ": the proxy refused the user or the password";
  return status + ": the proxy wants a user and a password; set proxy_auth";
}

// Asks the proxy at the other end for a tunnel to the server of url.
Task<Result<void>> open_tunnel(Connection& connection, http::Url url, Secret credentials) {
  const std::string text = connect_text(url, credentials);
  const auto written = co_await connection.write(asio::buffer(text));
  if (!written) co_return proxy_failure(written.error().where);
  ResponseReader reader({kProxyHeaderBytes, 0, true});
  bool complete = false;
  while (!complete) {
    const auto buffer = reader.prepare();
    const auto size = co_await connection.read_some(buffer);
    if (!size) co_return proxy_failure(size.error().where);
    if (*size == 0) co_return proxy_failure("closed without an answer");
    const auto done = reader.commit(*size);
    if (!done) co_return proxy_failure(done.error().message());
    complete = *done;
  }
  const bool alone = !reader.has_rest();
  const http::Response response = reader.take();
  if (response.status / 100 != 2) co_return proxy_failure(refusal(response, !credentials.empty()));
  if (!alone) co_return proxy_failure("bytes before the tunnel's first");
  co_return Result<void>();
}

}  // namespace

Connector::Connector(asio::any_io_executor executor, std::unique_ptr<asio::ssl::context> context,
                     Options options, Lookup lookup)
    : executor_(executor),
      context_(std::move(context)),
      options_(std::move(options)),
      resolver_(executor, std::move(lookup)) {}

Task<Result<std::unique_ptr<Connection>>> Connector::connect(http::Url url, Duration limit,
                                                             std::string_view& phase,
                                                             http::Passage* passage) {
  http::Passage unread;
  http::Passage& way = passage != nullptr ? *passage : unread;
  if (const auto literal = literal_address(url.host); literal && refuses(*literal)) {
    co_return Error(Errc::AddressRefused, literal->to_string());
  }
  const bool tunnels = options_.proxy && !options_.no_proxy.excludes(url);
  Dialled next{tunnels ? options_.proxy->url : url, tunnels};
  if (tunnels) way.proxy = options_.proxy->url.authority();
  auto dialled = co_await dial(std::move(next), limit, phase, way);
  if (!dialled) co_return dialled.error();
  std::unique_ptr<Connection> connection = std::move(*dialled);
  if (tunnels) {
    phase = "asking the proxy";
    way.stage = http::Passage::Stage::Tunnel;
    const Secret credentials = options_.proxy->credentials;
    const auto opened = co_await open_tunnel(*connection, url, credentials);
    if (!opened) co_return opened.error();
  }
  if (url.is_tls()) {
    phase = "TLS handshake";
    way.stage = http::Passage::Stage::Tls;
    const auto started = co_await connection->start_tls(*context_, url.host, passage);
    if (!started) co_return started.error();
  }
  way.stage = http::Passage::Stage::Ready;
  co_return connection;
}

Task<Result<std::unique_ptr<Connection>>> Connector::dial(Dialled next, Duration limit,
                                                          std::string_view& phase,
                                                          http::Passage& passage) {
  phase = "resolving";
  const Duration half = limit / 2;
  auto resolved = co_await resolver_.resolve(next.server.host, half);
  if (!resolved) co_return resolved.error();
  auto addresses = alternate_families(*resolved);
  addresses.resize(std::min(addresses.size(), kAddressesMax));
  for (const auto& address : addresses) passage.addresses.push_back(address.to_string());
  for (const auto& address : addresses) {
    if (next.is_proxy || !refuses(address)) continue;
    co_return Error(Errc::AddressRefused, address.to_string());
  }
  phase = "connecting";
  passage.stage = http::Passage::Stage::Connecting;
  // A dead address must not use up the time of the others; the last one gets all that is left.
  const Duration share = half / static_cast<std::int64_t>(addresses.size());
  const unsigned short port = http::parse_port(next.server.port).value_or(0);
  Error last(Errc::ConnectionFailed, "no address");
  for (const auto& address : addresses) {
    auto connection = std::make_unique<Connection>(executor_);
    auto opening = connection->open({address, port});
    const Duration part = address == addresses.back() ? limit : share;
    const auto opened = co_await with_deadline(std::move(opening), part);
    if (opened) co_return connection;
    last = opened.error();
  }
  co_return last;
}

bool Connector::refuses(const asio::ip::address& address) const {
  return options_.refuse_metadata && is_metadata_address(address);
}

}  // namespace mactiond::net
