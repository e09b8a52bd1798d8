#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "http/message.hpp"
#include "sim/faults.hpp"

namespace mactiond::sim {

/// A request as it arrived.
struct Call {
  std::string method;
  std::string target;
  std::vector<http::Header> headers;
  std::string body;
};

enum class Encoding : std::uint8_t { Identity, Gzip, Deflate, RawDeflate };

/// An answer, and what happens to it on its way.
struct Reply {
  int status = 200;
  std::vector<http::Header> headers;
  std::string body;
  Encoding encoding = Encoding::Identity;
  bool chunked = false;
  std::optional<Fault> fault;  ///< of the transport; others have shaped the answer already
  Duration delay{};            ///< before the first byte
};

/// The daemon's request without a wire between.
[[nodiscard]] inline Call to_call(const http::Request& request) {
  Call call{request.method, request.url.target, request.headers, request.body};
  call.headers.push_back({"Host", request.url.authority()});
  if (!request.authorization.empty()) {
    call.headers.push_back({"Authorization", request.authorization.reveal()});
  }
  return call;
}

[[nodiscard]] inline Reply json_reply(int status, std::string body) {
  Reply reply;
  reply.status = status;
  reply.headers.push_back({"Content-Type", "application/json; charset=utf-8"});
  reply.body = std::move(body);
  return reply;
}

}  // namespace mactiond::sim
