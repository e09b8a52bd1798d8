#include "http1/inflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/text.hpp"

namespace mactiond::net {
namespace {

constexpr std::size_t kPiece = std::size_t{16} * 1024;

// Window bits as zlib encodes the format in them.
enum class Format { Gzip = 15 + 16, Zlib = 15, Raw = -15 };

Error broken(std::string cause) { return {Errc::BadContentEncoding, std::move(cause)}; }

class Inflater {
 public:
  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (open_) inflateEnd(&stream_);
  }

  [[nodiscard]] bool open(Format format) {
    open_ = inflateInit2(&stream_, static_cast<int>(format)) == Z_OK;
    return open_;
  }

  // Appends one member to out and takes it off the front of input.
  [[nodiscard]] Result<void> member(std::string_view& input, std::string& out, std::size_t limit) {
    std::array<char, kPiece> piece{};
    for (;;) {
      // zlib reads through this pointer and never writes.
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
      stream_.avail_in =
          static_cast<uInt>(std::min<std::size_t>(input.size(), std::numeric_limits<uInt>::max()));
      const uInt offered = stream_.avail_in;
      stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_.avail_out = static_cast<uInt>(piece.size());
      const int state = inflate(&stream_, Z_NO_FLUSH);
      const std::size_t made = piece.size() - stream_.avail_out;
      const std::size_t taken = offered - stream_.avail_in;
      input.remove_prefix(taken);
      if (made > limit - out.size()) return Error(Errc::BodyTooLarge, "after decompression");
      out.append(piece.data(), made);
      if (state == Z_STREAM_END) return {};
      if (state != Z_OK && state != Z_BUF_ERROR) return broken("damaged");
      if (made == 0 && taken == 0) return broken("truncated");
    }
  }

  [[nodiscard]] bool restart() { return inflateReset(&stream_) == Z_OK; }

 private:
  z_stream stream_{};
  bool open_ = false;
};

Result<std::string> inflate_all(Format format, std::string_view input, std::size_t limit) {
  Inflater inflater;
  if (!inflater.open(format)) return broken("out of memory");
  std::string out;
  do {
    const auto done = inflater.member(input, out, limit);
    if (!done) return done.error();
    if (!inflater.restart()) return broken("damaged");
  } while (format == Format::Gzip && !input.empty());
  if (!input.empty()) return broken("bytes after the end");
  return out;
}

// RFC 1950 2.2: method 8, and the first two bytes are a multiple of 31.
bool has_zlib_header(std::string_view input) {
  if (input.size() < 2) return false;
  const auto first = static_cast<unsigned char>(input[0]);
  const auto second = static_cast<unsigned char>(input[1]);
  return (first & 0x0fU) == 8 && (first * 256U + second) % 31 == 0;
}

// "deflate" means the zlib form; some servers have always sent the raw one.
Result<std::string> inflate_either(std::string_view input, std::size_t limit) {
  if (!has_zlib_header(input)) return inflate_all(Format::Raw, input, limit);
  auto wrapped = inflate_all(Format::Zlib, input, limit);
  if (wrapped || wrapped.error().code == Errc::BodyTooLarge) return wrapped;
  auto raw = inflate_all(Format::Raw, input, limit);
  return raw ? std::move(raw) : std::move(wrapped);
}

}  // namespace

Result<std::string> decode_body(std::string_view coding, std::string body, std::size_t limit) {
  coding = trim(coding);
  const bool plain = coding.empty() || iequals(coding, "identity");
  const bool gzip = iequals(coding, "gzip") || iequals(coding, "x-gzip");
  if (!plain && !gzip && !iequals(coding, "deflate")) return broken("unknown coding");
  if (body.size() > limit) return Error(Errc::BodyTooLarge, "");
  if (plain || body.empty()) return body;
  return gzip ? inflate_all(Format::Gzip, body, limit) : inflate_either(body, limit);
}

}  // namespace mactiond::net
