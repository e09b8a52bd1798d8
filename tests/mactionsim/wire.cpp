#include "mactionsim/wire.hpp"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"

namespace mactiond::sim {
namespace {

constexpr std::size_t kChunk = 4096;

constexpr std::array<std::pair<int, std::string_view>, 17> kPhrases{{
    {200, "OK"},
    {201, "Created"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {307, "Temporary Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {409, "Conflict"},
    {413, "Payload Too Large"},
    {416, "Range Not Satisfiable"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
}};

std::string_view phrase_of(int status) {
  const auto row = std::find_if(kPhrases.begin(), kPhrases.end(),
                                [status](const auto& r) { return r.first == status; });
  return row == kPhrases.end() ? "Unknown" : row->second;
}

/// zlib's window bits pick the container: +16 gzip, plain zlib, negative none.
int window_bits(Encoding encoding) {
  if (encoding == Encoding::Gzip) return MAX_WBITS + 16;
  return encoding == Encoding::RawDeflate ? -MAX_WBITS : MAX_WBITS;
}

std::string in_chunks(std::string_view body) {
  std::string out;
  while (!body.empty()) {
    const std::string_view chunk = body.substr(0, kChunk);
    body.remove_prefix(chunk.size());
    out += fmt::format("{:x}\r\n{}\r\n", chunk.size(), chunk);
  }
  return out + std::string(kLastChunk);
}

}  // namespace

std::string encode(std::string_view body, Encoding encoding) {
  if (encoding == Encoding::Identity) return std::string(body);
  z_stream stream{};
  const int ready = deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits(encoding),
                                 8, Z_DEFAULT_STRATEGY);
  MACTIOND_ASSERT(ready == Z_OK);
  std::string in(body);
  std::string out(deflateBound(&stream, in.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int done = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  MACTIOND_ASSERT(done == Z_STREAM_END);
  return out;
}

Wire render_reply(const Reply& reply, bool keep_alive) {
  const std::string body = encode(reply.body, reply.encoding);
  const bool chunked =
      reply.chunked || reply.fault == Fault::TruncatedChunk || reply.fault == Fault::Endless;
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", reply.status, phrase_of(reply.status));
  for (const http::Header& header : reply.headers) {
    head += header.name + ": " + header.value + "\r\n";
  }
  if (reply.encoding != Encoding::Identity) {
    head += reply.encoding == Encoding::Gzip ? "Content-Encoding: gzip\r\n"
                                             : "Content-Encoding: deflate\r\n";
  }
  if (reply.status != 204) {
    head += chunked ? "Transfer-Encoding: chunked\r\n"
                    : fmt::format("Content-Length: {}\r\n", body.size());
  }
  if (!keep_alive) head += "Connection: close\r\n";
  head += "\r\n";
  Wire wire;
  wire.head = head.size();
  wire.bytes = head + (chunked ? in_chunks(body) : body);
  return wire;
}

}  // namespace mactiond::sim
