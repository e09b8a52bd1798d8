#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "sim/operation.hpp"
#include "sim/refusal.hpp"

namespace mactiond::sim {

/// What can go wrong with a single call.
enum class Fault : std::uint8_t {
  Unauthorized,       ///< 401 although the token is good
  Forbidden,          ///< 403 Missing application roles
  NotFound,           ///< 404 although it exists
  Throttled,          ///< 429 although the quota is kept
  ServerErrorEmpty,   ///< 500 without a body
  ServerErrorHtml,    ///< 503 with the front door's page
  ServerErrorJson,    ///< 500 InternalServerError
  NotJson,            ///< 200 with plain text
  LoginPage,          ///< 200 with an HTML login page
  EmptyBody,          ///< 200 without a body
  WrongDocument,      ///< 200 with JSON of another kind
  CutJson,            ///< 200, complete as HTTP, its JSON cut off in the middle
  TruncatedBody,      ///< the connection closes before Content-Length bytes arrived
  TruncatedChunk,     ///< the connection closes inside a chunk
  Reset,              ///< the connection is reset in the middle of the body
  ResetBeforeAnswer,  ///< the connection is reset after the request, without any answer
  SlowDrip,           ///< the answer trickles
  Stall,              ///< headers and half of the body, then nothing
  NoAnswer,           ///< nothing at all
  Redirect,           ///< 307 to another host
  Closed,             ///< the connection ends in good order, without any answer
  Endless,            ///< the body comes again and again, and the answer never ends
  RedirectHttp,       ///< 307 to the same host, without TLS
};

inline constexpr std::array<std::pair<Fault, std::string_view>, 23> kFaults{{
    {Fault::Unauthorized, "unauthorized"},
    {Fault::Forbidden, "forbidden"},
    {Fault::NotFound, "not_found"},
    {Fault::Throttled, "throttled"},
    {Fault::ServerErrorEmpty, "server_error_empty"},
    {Fault::ServerErrorHtml, "server_error_html"},
    {Fault::ServerErrorJson, "server_error_json"},
    {Fault::NotJson, "not_json"},
    {Fault::LoginPage, "login_page"},
    {Fault::EmptyBody, "empty_body"},
    {Fault::WrongDocument, "wrong_document"},
    {Fault::CutJson, "cut_json"},
    {Fault::TruncatedBody, "truncated_body"},
    {Fault::TruncatedChunk, "truncated_chunk"},
    {Fault::Reset, "reset"},
    {Fault::ResetBeforeAnswer, "reset_before_answer"},
    {Fault::SlowDrip, "slow_drip"},
    {Fault::Stall, "stall"},
    {Fault::NoAnswer, "no_answer"},
    {Fault::Redirect, "redirect"},
    {Fault::Closed, "closed"},
    {Fault::Endless, "endless"},
    {Fault::RedirectHttp, "redirect_http"},
}};

[[nodiscard]] std::optional<Fault> parse_fault(std::string_view name);
[[nodiscard]] constexpr std::string_view to_string(Fault fault) {
  return kFaults[static_cast<std::size_t>(fault)].second;
}

/// When a fault strikes: the next `count` calls, or any call with a probability.
struct FaultRule {
  Fault fault = Fault::ServerErrorEmpty;
  std::optional<Operation> operation;  ///< nothing: every call of the API
  int count = 0;
  int per_mille = 0;
  bool after = false;  ///< the call takes effect, only its answer is spoiled
};

/// The rules in force. Counted rules go first, in the order they were added.
class FaultPlan {
 public:
  explicit FaultPlan(std::uint64_t seed) : random_(seed) {}

  void add(const FaultRule& rule);
  void clear() { rules_.clear(); }
  [[nodiscard]] std::size_t size() const { return rules_.size(); }
  /// The fault that strikes this call before it takes effect, if any.
  [[nodiscard]] std::optional<Fault> draw(Operation operation) { return draw(operation, false); }
  /// The fault that strikes its answer, if any. Asked only once the call took effect.
  [[nodiscard]] std::optional<Fault> draw_after(Operation operation) {
    return draw(operation, true);
  }

 private:
  [[nodiscard]] std::optional<Fault> draw(Operation operation, bool after);

  std::vector<FaultRule> rules_;
  Random random_;
};

/// Whether the peer gets no byte of an answer: such a fault strikes before the call takes effect.
[[nodiscard]] constexpr bool is_silent(Fault fault) {
  return fault == Fault::ResetBeforeAnswer || fault == Fault::NoAnswer || fault == Fault::Closed;
}

/// The answer of a fault that is a whole answer; nothing for those of the transport and for
/// CutJson.
[[nodiscard]] std::optional<Refusal> whole_answer(Fault fault, WallTime now);

}  // namespace mactiond::sim
