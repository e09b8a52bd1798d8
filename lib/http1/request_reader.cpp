#include "http1/request_reader.hpp"

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http1/message_feed.hpp"

namespace mactiond::net {

namespace beast = boost::beast;

namespace {

constexpr std::size_t kHeaderMax = std::size_t{16} * 1024;
constexpr std::size_t kReadMax = std::size_t{16} * 1024;

/// A target as RFC 9112, 3.2 has it: the path, and the host where the target names one.
struct TargetParts {
  std::string_view path;
  std::optional<std::string_view> authority;
};

std::optional<TargetParts> take_apart(std::string_view target) {
  if (target.starts_with('/')) return TargetParts{target, std::nullopt};
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!iequals(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    const std::string_view authority = target.substr(0, end);
    target.remove_prefix(end);
    if (authority.empty() || target.starts_with('?')) return std::nullopt;
    return TargetParts{target.empty() ? "/" : target, authority};
  }
  return std::nullopt;
}

}  // namespace

struct RequestReader::Impl {
  explicit Impl(std::size_t most) : body_max(most) { start(); }

  void start() {
    parser.emplace();
    parser->header_limit(std::uint32_t{kHeaderMax});
    parser->body_limit(std::uint64_t{body_max});
    header_left = kHeaderMax;
    request = {};
    expectation = Expectation::None;
  }

  [[nodiscard]] bool has_its_host() const {
    const auto& message = parser->get();
    const std::size_t hosts = message.count(beast::http::field::host);
    return hosts == 1 || (hosts == 0 && message.version() < 11);
  }

  /// Beast puts the fields of a trailer among those of the header: these are taken before.
  [[nodiscard]] Result<void> take_header() {
    if (!has_known_framing(*parser)) return Error(Errc::MalformedHttp, "unknown transfer coding");
    if (!has_its_host()) return Error(Errc::MalformedHttp, "Host");
    const auto& message = parser->get();
    const std::string_view text(message.target().data(), message.target().size());
    const auto target = take_apart(text);
    if (!target) return Error(Errc::MalformedHttp, "target");
    request.method = std::string(message.method_string());
    request.url.scheme = "http";
    request.url.target = std::string(target->path);
    if (target->authority) request.headers.push_back({"Host", std::string(*target->authority)});
    for (const auto& field : message) {
      if (field.name() == beast::http::field::host && target->authority) continue;
      take_field(std::string(field.name_string()), std::string(field.value()));
    }
    return {};
  }

  void take_field(std::string name, std::string value) {
    // A server that takes no bodies ignores Expect: there is nothing to wait for.
    if (body_max > 0 && iequals(name, "Expect") && parser->get().version() == 11) {
      const bool known = iequals(trim(value), "100-continue");
      expectation = known ? Expectation::Continue : Expectation::Unknown;
    }
    if (iequals(name, "Authorization")) {
      request.authorization = Secret(std::move(value));
    } else {
      request.headers.push_back({std::move(name), std::move(value)});
    }
  }

  std::size_t body_max;
  beast::flat_buffer buffer;
  std::size_t header_left = 0;
  http::Request request;  ///< its header, once that has come
  Expectation expectation = Expectation::None;
  std::optional<beast::http::request_parser<beast::http::string_body>> parser;
};

RequestReader::RequestReader(std::size_t body_max) : impl_(std::make_unique<Impl>(body_max)) {}

RequestReader::~RequestReader() = default;

boost::asio::mutable_buffer RequestReader::prepare() { return impl_->buffer.prepare(kReadMax); }

void RequestReader::commit(std::size_t size) { impl_->buffer.commit(size); }

Result<bool> RequestReader::run() {
  return feed(*impl_->parser, impl_->buffer, impl_->header_left,
              [this] { return impl_->take_header(); });
}

Incoming RequestReader::take() {
  MACTIOND_ASSERT(impl_->parser->is_done());
  Incoming incoming;
  incoming.keep_alive = impl_->parser->keep_alive();
  incoming.request = std::move(impl_->request);
  incoming.request.body = std::move(impl_->parser->get().body());
  impl_->start();
  return incoming;
}

RequestReader::Expectation RequestReader::expectation() const { return impl_->expectation; }

bool RequestReader::is_started() const {
  return impl_->parser->got_some() || impl_->buffer.size() > 0;
}

}  // namespace mactiond::net
