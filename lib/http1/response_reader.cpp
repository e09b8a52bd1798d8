#include "http1/response_reader.hpp"

#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "http1/answer_normalizer.hpp"
#include "http1/message_feed.hpp"

namespace mactiond::net {

namespace beast = boost::beast;

namespace {

constexpr std::size_t kReadMax = std::size_t{64} * 1024;

/// Beast's own string_body takes the memory for the whole Content-Length before a byte has come,
/// and a peer may announce anything.
struct GrowingBody {
  using value_type = std::string;

  class reader {
   public:
    template <bool isRequest, class Fields>
    reader(beast::http::header<isRequest, Fields>& /*header*/, std::string& body) : body_(body) {}
    void init(const boost::optional<std::uint64_t>& /*length*/, beast::error_code& ec) { ec = {}; }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, beast::error_code& ec) {
      const std::size_t before = body_.size();
      for (const auto piece : beast::buffers_range_ref(buffers)) {
        body_.append(static_cast<const char*>(piece.data()), piece.size());
      }
      ec = {};
      return body_.size() - before;
    }
    static void finish(beast::error_code& ec) { ec = {}; }

   private:
    std::string& body_;
  };
};

using Parser = beast::http::response_parser<GrowingBody>;

http::Response head_of(const Parser::value_type& message) {
  http::Response response;
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message) {
    response.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  return response;
}

}  // namespace

struct ResponseReader::Impl {
  explicit Impl(const Limits& given)
      : limits(given), normalizer(given.header_bytes, given.bodiless) {
    start();
  }

  void start();
  [[nodiscard]] Result<void> normalize(std::size_t size);
  [[nodiscard]] Result<bool> run();

  Limits limits;
  AnswerNormalizer normalizer;
  std::string raw;         ///< where the next bytes go while they may need repair
  bool is_direct = false;  ///< the next bytes go into buffer itself
  beast::flat_buffer buffer;
  std::optional<Parser> parser;
  bool received_any = false;
};

void ResponseReader::Impl::start() {
  parser.emplace();
  // The normalizer has counted the header as it came; here it may be longer.
  parser->header_limit(std::numeric_limits<std::uint32_t>::max());
  parser->body_limit(std::uint64_t{limits.body_bytes});
  parser->skip(limits.bodiless);
}

Result<void> ResponseReader::Impl::normalize(std::size_t size) {
  std::string text;
  const auto pushed = normalizer.push(std::string_view(raw).substr(0, size), text);
  if (!pushed) return pushed.error();
  buffer.commit(boost::asio::buffer_copy(buffer.prepare(text.size()), boost::asio::buffer(text)));
  return {};
}

Result<bool> ResponseReader::Impl::run() {
  std::size_t header_left = std::numeric_limits<std::size_t>::max();
  for (;;) {
    const auto done = feed(*parser, buffer, header_left, [] { return Result<void>(); });
    if (!done) return done.error();
    if (!parser->is_header_done()) return false;
    const unsigned status = parser->get().result_int();
    if (status < 100 || status == 101) return Error(Errc::MalformedHttp, "unexpected status");
    if (!has_known_framing(*parser)) return Error(Errc::MalformedHttp, "unknown transfer coding");
    if (!*done || status >= 200) return *done;
    start();
  }
}

ResponseReader::ResponseReader(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {}

ResponseReader::~ResponseReader() = default;

boost::asio::mutable_buffer ResponseReader::prepare() {
  impl_->is_direct = impl_->normalizer.is_done();
  if (impl_->is_direct) return impl_->buffer.prepare(kReadMax);
  impl_->raw.resize(kReadMax);
  return boost::asio::buffer(impl_->raw);
}

Result<bool> ResponseReader::commit(std::size_t size) {
  impl_->received_any |= size > 0;
  if (impl_->is_direct) {
    impl_->buffer.commit(size);
  } else if (const auto done = impl_->normalize(size); !done) {
    return done.error();
  }
  return impl_->run();
}

Result<void> ResponseReader::end() {
  if (!impl_->received_any) return Error(Errc::ConnectionLost, "closed without an answer");
  boost::system::error_code ec;
  if (impl_->parser->got_some()) impl_->parser->put_eof(ec);
  if (ec || !impl_->parser->is_done()) return Error(Errc::ConnectionLost, "answer cut off");
  return {};
}

bool ResponseReader::received_any() const { return impl_->received_any; }

bool ResponseReader::is_reusable() const {
  return impl_->parser->is_done() && impl_->parser->keep_alive() && !has_rest() &&
         !impl_->normalizer.had_two_lengths();
}

bool ResponseReader::has_rest() const { return impl_->buffer.size() > 0; }

std::optional<http::Response> ResponseReader::head() const {
  if (!impl_->parser->is_header_done() || impl_->parser->get().result_int() < 200) return {};
  return head_of(impl_->parser->get());
}

std::string ResponseReader::drain() { return std::exchange(impl_->parser->get().body(), {}); }

http::Response ResponseReader::take() {
  MACTIOND_ASSERT(impl_->parser->is_done());
  auto message = impl_->parser->release();
  http::Response response = head_of(message);
  response.body = std::move(message.body());
  return response;
}

}  // namespace mactiond::net
