#pragma once

#include <utility>

#include "base/error.hpp"

namespace mactiond::http {

/// Why a request has no answer.
struct SendError : Error {
  SendError() = default;
  SendError(Error error, bool may_have_left = true)  // NOLINT(google-explicit-constructor)
      : Error(std::move(error)), begun(may_have_left) {}

  bool begun = true;  ///< false: no byte of the request has left
};

}  // namespace mactiond::http
