#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace mactiond::sim {

/// An answer of the API that is not what was asked for.
struct Refusal {
  int status = 400;
  std::string code;
  std::string message;
  /// The Retry-After header's text, where there is one.
  std::optional<std::string> retry_after;
  /// A body other than the error document, where the front door answers instead of the API.
  std::optional<std::string> raw_body;
  std::string raw_type = "text/html";
};

template <class T>
using Answer = boost::system::result<T, Refusal>;
[[noreturn]] void throw_exception_from_error(const Refusal& error,
                                             const boost::source_location& location);

/// The body of a refusal: the documented error document, or its raw body.
[[nodiscard]] std::string error_body(const Refusal& refusal);

[[nodiscard]] Refusal bad_request(std::string code, std::string message);
[[nodiscard]] Refusal not_found(std::string_view what);
/// The answer to an id in a path that is no GUID.
[[nodiscard]] Refusal no_guid(std::string_view key);
/// The answer to a second action of one type on one machine; blocker: the first, if it is named.
[[nodiscard]] Refusal active_request(const std::string& blocker);
/// The answer to a live response beyond the sessions that a tenant may have at once.
[[nodiscard]] Refusal too_many_sessions();
[[nodiscard]] Refusal unauthorized();
[[nodiscard]] Refusal missing_roles(std::string_view roles);

}  // namespace mactiond::sim
