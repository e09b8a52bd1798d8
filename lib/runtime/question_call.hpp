#pragma once

#include <cstddef>
#include <string_view>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "core/question/question.hpp"
#include "http/message.hpp"

namespace mactiond::runtime {

/// How one kind of question is asked.
struct QuestionCall {
  const char* name;  ///< in the metrics
  std::size_t body_bytes;
};

[[nodiscard]] QuestionCall call_of(const core::Question& question);
[[nodiscard]] http::Request request_of(const core::Question& question, const http::Url& api,
                                       const Secret& token);
/// What the body of a success says. UnexpectedDocument also where it is about something else than
/// was asked for.
[[nodiscard]] Result<core::Answer> read_answer(const core::Question& question,
                                               std::string_view body);

}  // namespace mactiond::runtime
