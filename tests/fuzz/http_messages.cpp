#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "fuzz/entries.hpp"
#include "http1/answer_normalizer.hpp"
#include "http1/request_reader.hpp"
#include "http1/response_reader.hpp"

namespace mactiond::fuzz {
namespace {

constexpr net::ResponseReader::Limits kLimits{2048, 4096, false};

template <class Reader>
std::size_t put(Reader& reader, std::string_view& bytes, std::size_t at_once) {
  const auto room = reader.prepare();
  const std::size_t size = std::min({at_once, bytes.size(), room.size()});
  MACTIOND_ASSERT(size > 0);
  std::memcpy(room.data(), bytes.data(), size);
  bytes.remove_prefix(size);
  return size;
}

std::string shown(const std::vector<http::Header>& headers) {
  std::string text;
  for (const auto& [name, value] : headers) text += '|' + name + '=' + value;
  return text;
}

std::string shown(const http::Response& response) {
  MACTIOND_ASSERT(response.status >= 0 && response.status <= 999);
  MACTIOND_ASSERT(response.body.size() <= kLimits.body_bytes);
  return std::to_string(response.status) + response.body + shown(response.headers);
}

std::string read_answer(std::string_view bytes, std::size_t at_once,
                        std::size_t header_bytes = kLimits.header_bytes) {
  net::ResponseReader reader({header_bytes, kLimits.body_bytes, kLimits.bodiless});
  while (!bytes.empty()) {
    const auto done = reader.commit(put(reader, bytes, at_once));
    if (!done) return "refused";
    if (*done) return shown(reader.take());
  }
  const auto ended = reader.end();
  return ended ? shown(reader.take()) : "refused";
}

// All requests, one after the other.
std::string read_requests(std::string_view bytes, std::size_t at_once) {
  net::RequestReader reader(std::size_t{64} * 1024);
  std::string seen;
  while (!bytes.empty()) {
    reader.commit(put(reader, bytes, at_once));
    for (;;) {
      const auto done = reader.run();
      if (!done) return seen;
      if (!*done) break;
      const net::Incoming incoming = reader.take();
      seen += incoming.request.method + ' ' + incoming.request.url.target + incoming.request.body +
              shown(incoming.request.headers) + (incoming.keep_alive ? "+" : "-");
    }
  }
  return seen;
}

}  // namespace

// However the bytes come in, they mean the same. Which error it is may depend on it.
void http_answer(std::string_view bytes) {
  const std::string whole = read_answer(bytes, bytes.size() + 1);
  MACTIOND_ASSERT(read_answer(bytes, 1) == whole);
  MACTIOND_ASSERT(read_answer(bytes, 7) == whole);
}

// What was corrected needs no correction, and means the same.
void odd_answer(std::string_view bytes) {
  constexpr std::size_t kAmple = std::size_t{1} << 20U;
  std::string repaired;
  net::AnswerNormalizer normalizer(kLimits.header_bytes, false);
  const bool pushed = normalizer.push(bytes, repaired).has_value();
  std::string in_pieces;
  net::AnswerNormalizer slow(kLimits.header_bytes, false);
  bool same = true;
  for (std::size_t i = 0; i < bytes.size() && same; ++i) {
    same = slow.push(bytes.substr(i, 1), in_pieces).has_value();
  }
  MACTIOND_ASSERT(same == pushed);
  if (!pushed) return;
  MACTIOND_ASSERT(in_pieces == repaired);
  MACTIOND_ASSERT(slow.is_done() == normalizer.is_done());
  // Each byte of input may become two, and the blank is added once for each answer.
  MACTIOND_ASSERT(repaired.size() <= 2 * bytes.size());
  std::string again;
  net::AnswerNormalizer second(kAmple, false);
  MACTIOND_ASSERT(second.push(repaired, again).has_value());
  MACTIOND_ASSERT(again == repaired && !second.had_two_lengths());
  const std::string meant = read_answer(bytes, bytes.size() + 1);
  if (meant != "refused") MACTIOND_ASSERT(read_answer(repaired, 7, kAmple) == meant);
}

void http_request(std::string_view bytes) {
  const std::string whole = read_requests(bytes, bytes.size() + 1);
  MACTIOND_ASSERT(read_requests(bytes, 1) == whole);
  MACTIOND_ASSERT(read_requests(bytes, 7) == whole);
}

}  // namespace mactiond::fuzz
