#include "net/answer_body.hpp"

#include <optional>
#include <utility>

namespace mactiond::net {

Task<Result<http::Response>> AnswerBody::read_head() {
  std::optional<http::Response> head;
  while (!head) {
    const auto read = co_await read_more();
    if (!read) co_return read.error();
    head = reader_.head();
  }
  co_return std::move(*head);
}

Task<Result<std::string>> AnswerBody::next() {
  std::string piece = reader_.drain();
  while (piece.empty() && !complete_) {
    const auto read = co_await read_more();
    if (!read) co_return read.error();
    piece = reader_.drain();
  }
  co_return piece;
}

Task<Result<void>> AnswerBody::read_more() {
  const auto buffer = reader_.prepare();
  const auto size = co_await connection_->read_some(buffer);
  if (!size) co_return size.error();
  if (*size == 0) {
    complete_ = true;
    co_return reader_.end();
  }
  const auto done = reader_.commit(*size);
  if (!done) co_return done.error();
  complete_ = *done;
  co_return Result<void>();
}

}  // namespace mactiond::net
