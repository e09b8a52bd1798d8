#pragma once

#include <string>

#include "mactionsim/call.hpp"
#include "sim/refusal.hpp"

namespace mactiond::sim {

/// An answer of the API with its headers.
[[nodiscard]] Reply document_reply(int status, std::string body);
[[nodiscard]] Reply refusal_reply(const Refusal& refusal);
/// The answer to a path that is none.
[[nodiscard]] Reply no_such_method();

}  // namespace mactiond::sim
