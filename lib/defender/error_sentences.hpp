#pragma once

#include <span>
#include <string_view>

#include "defender/api_error.hpp"

namespace mactiond::defender {

/// What one refusal of the API means for an operator, and what to do. Messages are free text that
/// may change: these sentences decide nothing.
struct ErrorSentence {
  int status = 0;
  std::string_view code;    ///< empty: any
  std::string_view phrase;  ///< in the message, in lower case; empty: any
  std::string_view sentence;
};

/// The first row that fits counts.
[[nodiscard]] std::span<const ErrorSentence> error_sentences();

/// "what is wrong: what to do", of an answer that is no success.
[[nodiscard]] std::string_view error_sentence(int status, const ApiError& error);

}  // namespace mactiond::defender
