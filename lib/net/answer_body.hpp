#pragma once

#include <memory>
#include <string>

#include "http/client.hpp"
#include "http1/response_reader.hpp"
#include "net/connection.hpp"

namespace mactiond::net {

/// The answer that comes over a connection after the request was sent.
class AnswerBody final : public http::BodySource {
 public:
  AnswerBody(std::unique_ptr<Connection> connection, const ResponseReader::Limits& limits)
      : connection_(std::move(connection)), reader_(limits) {}

  /// Until the header of a final answer has come.
  [[nodiscard]] Task<Result<http::Response>> read_head();
  [[nodiscard]] Task<Result<std::string>> next() override;

 private:
  [[nodiscard]] Task<Result<void>> read_more();

  std::unique_ptr<Connection> connection_;
  ResponseReader reader_;
  bool complete_ = false;
};

}  // namespace mactiond::net
