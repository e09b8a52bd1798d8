#include "net/request_reader.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "net/message_feed.hpp"

namespace mactiond::net {

namespace beast = boost::beast;

namespace {

constexpr std::size_t kHeaderMax = std::size_t{16} * 1024;
/// Room for what admin/policies.cpp takes at most.
constexpr std::size_t kBodyMax = std::size_t{2} * 1024 * 1024 + 4096;
constexpr std::size_t kReadMax = std::size_t{16} * 1024;

}  // namespace

struct RequestReader::Impl {
  Impl() { start(); }

  void start() {
    parser.emplace();
    parser->header_limit(std::uint32_t{kHeaderMax});
    parser->body_limit(std::uint64_t{kBodyMax});
    header_left = kHeaderMax;
  }

  beast::flat_buffer buffer;
  std::size_t header_left = 0;
  std::optional<beast::http::request_parser<beast::http::string_body>> parser;
};

RequestReader::RequestReader() : impl_(std::make_unique<Impl>()) {}

RequestReader::~RequestReader() = default;

boost::asio::mutable_buffer RequestReader::prepare() { return impl_->buffer.prepare(kReadMax); }

void RequestReader::commit(std::size_t size) { impl_->buffer.commit(size); }

Result<bool> RequestReader::run() {
  auto& parser = *impl_->parser;
  const auto done = feed(parser, impl_->buffer, impl_->header_left);
  if (!done) return done.error();
  if (!parser.is_header_done()) return false;
  if (!has_known_framing(parser)) return Error(Errc::MalformedHttp, "unknown transfer coding");
  if (!parser.get().target().starts_with('/')) return Error(Errc::MalformedHttp, "target");
  return *done;
}

Incoming RequestReader::take() {
  MACTIOND_ASSERT(impl_->parser->is_done());
  Incoming incoming;
  incoming.keep_alive = impl_->parser->keep_alive();
  auto message = impl_->parser->release();
  auto& request = incoming.request;
  request.method = std::string(message.method_string());
  request.url.scheme = "http";
  request.url.target = std::string(message.target());
  for (const auto& field : message) {
    std::string value(field.value());
    if (field.name() == beast::http::field::authorization) {
      request.authorization = Secret(std::move(value));
    } else {
      request.headers.push_back({std::string(field.name_string()), std::move(value)});
    }
  }
  request.body = std::move(message.body());
  impl_->start();
  return incoming;
}

bool RequestReader::is_started() const {
  return impl_->parser->got_some() || impl_->buffer.size() > 0;
}

}  // namespace mactiond::net
