#pragma once

#include "base/outcome.hpp"
#include "base/time.hpp"
#include "http/message.hpp"

namespace mactiond::defender {

/// What an answer of the Defender API means: http::outcome refined by the error body. A 400
/// may speak of a limit of $top; a 429 takes its wait from Retry-After, else from the message ("in
/// N seconds", then "N per hh:mm:ss"), and its limit from the latter. detail is "code: message",
/// cut to 300 bytes, without `target`.
[[nodiscard]] Outcome api_outcome(const http::Response& response, WallTime local);

/// The same of a list: any 400 is Reason::Query, whatever the body says. Services have several
/// texts for a filter that they do not support.
[[nodiscard]] Outcome list_outcome(const http::Response& response, WallTime local);

/// What an answer of the token endpoint means: only temporarily_unavailable, 408, 429, 5xx and the
/// AADSTS numbers of passing trouble are worth a retry soon; all else is Reason::Auth, and GiveUp
/// where only a correction helps (Again). detail is "error AADSTSnnn: sentence; remedy"
/// (entra_error.hpp), never the description: it repeats tenant and app ids.
[[nodiscard]] Outcome token_outcome(const http::Response& response, WallTime local);

}  // namespace mactiond::defender
