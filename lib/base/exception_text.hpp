#pragma once

#include <exception>
#include <string>

namespace mactiond {

/// What an exception says of itself, for the line that reports it; its type where it says nothing.
/// failure must hold an exception.
[[nodiscard]] std::string exception_text(const std::exception_ptr& failure);

}  // namespace mactiond
