#pragma once

#include <string>
#include <string_view>

namespace mactiond::defender {

/// What the body of a refusal says; empty where it says nothing (docs/defender-api.md 3). `target`
/// is left out: it may be an id of the tenant.
struct ApiError {
  std::string code;
  std::string message;
};

[[nodiscard]] ApiError read_api_error(std::string_view body);

/// "code: message" on one line, at most 300 bytes.
[[nodiscard]] std::string describe(const ApiError& error);

}  // namespace mactiond::defender
