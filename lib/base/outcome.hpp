#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace mactiond {

/// What the outcome of a request asks of its sender.
enum class Verdict {
  Ok,
  Retry,           ///< passing trouble: again later, unchanged
  Reauthenticate,  ///< the token was not accepted: once more with a new one
  GiveUp,          ///< the same request will be refused again
};

/// Why. A closed set: it is a log field, a metric label and the `reason` of events.
enum class Reason {
  None,
  Auth,         ///< 401, or the identity provider refused us
  Permission,   ///< 403
  NotFound,     ///< 404
  Gone,         ///< 410
  Throttled,    ///< 429
  Query,        ///< 400 to a list: the query is not supported
  Rejected,     ///< any other 4xx
  Redirect,     ///< 3xx, never followed
  ServerError,  ///< 5xx
  Timeout,      ///< deadline, or 408 or 425
  Network,      ///< resolve, connect, reset
  Tls,          ///< handshake or certificate
  BadAnswer,    ///< not the document asked for, cut off, undecodable
  TooLarge,     ///< beyond a body or header limit
  Stopped,      ///< abandoned because the daemon stops; nothing was learned
};

[[nodiscard]] constexpr std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::None:
      return "none";
    case Reason::Auth:
      return "auth";
    case Reason::Permission:
      return "permission";
    case Reason::NotFound:
      return "not_found";
    case Reason::Gone:
      return "gone";
    case Reason::Throttled:
      return "throttled";
    case Reason::Query:
      return "query";
    case Reason::Rejected:
      return "rejected";
    case Reason::Redirect:
      return "redirect";
    case Reason::ServerError:
      return "server_error";
    case Reason::Timeout:
      return "timeout";
    case Reason::Network:
      return "network";
    case Reason::Tls:
      return "tls";
    case Reason::BadAnswer:
      return "bad_answer";
    case Reason::TooLarge:
      return "too_large";
    case Reason::Stopped:
      return "stopped";
  }
  return "";
}

/// A quota the peer named when it refused a call.
struct NamedLimit {
  int count = 0;
  Duration window{};
  bool operator==(const NamedLimit&) const = default;
};

/// What a request's outcome means for us; decided once, by http::outcome and what refines it for
/// one API.
struct Outcome {
  Verdict verdict = Verdict::Ok;
  Reason reason = Reason::None;
  int status = 0;                       ///< HTTP status; 0 if there was no answer
  std::optional<Duration> retry_after;  ///< a floor the peer named
  std::string detail;                   ///< for operators: error code and text without secrets
  std::optional<NamedLimit> limit{};    ///< with Throttled, where the peer said it
  bool page_limit = false;              ///< with 400: the peer spoke of a limit of $top

  [[nodiscard]] bool ok() const { return verdict == Verdict::Ok; }
};

/// "reason" or "reason 503" or "reason 503: detail".
[[nodiscard]] std::string describe(const Outcome& outcome);

}  // namespace mactiond
