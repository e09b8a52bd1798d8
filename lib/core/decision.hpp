#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "event/operator.hpp"

namespace mactiond::core {

/// When the last POST of a decision left: by the API's clock, and exactly within one boot.
struct PostStamp {
  WallTime server{};
  std::string boot_id;
  MonoTime mono{};
};

struct PolicyName {
  std::string value;
  bool operator==(const PolicyName&) const = default;
};

/// Who asks for a cancel.
using DecidedBy = std::variant<Operator, PolicyName>;

/// One decision to cancel one action, from its making to its end. Stored at every step before the
/// step's effect, so that a crash is always followed by a re-read, never by a blind second POST.
struct Decision {
  enum class State : std::uint8_t {
    Decided,    ///< nothing was sent yet
    Posted,     ///< a POST may have left; what became of it is not known
    Accepted,   ///< the API took it; followed until the action is final
    Confirmed,  ///< a read showed Cancelled
    Overtaken,  ///< the action ended or changed before our cancel took effect
    Failed,     ///< given up
  };

  std::string id;
  std::string region;
  ActionId action;
  ActionType type;
  DecidedBy by;
  std::string status;  ///< the action's, when it was decided
  std::string comment;
  WallTime decided{};  ///< the API's clock
  Duration age{};      ///< how long the action had been stale-counted then
  State state = State::Decided;
  int posts = 0;
  /// One of the POSTs was not answered: the action may become Cancelled by it at any time.
  bool unsure = false;
  std::optional<PostStamp> posted;
  std::string answer;   ///< to the last POST, for operators
  std::string outcome;  ///< Overtaken: the status; Failed: the reason
  std::optional<WallTime> ended;

  [[nodiscard]] bool live() const { return state <= State::Accepted; }
  /// nullptr where an operator decided.
  [[nodiscard]] const std::string* policy() const {
    const auto* name = std::get_if<PolicyName>(&by);
    return name != nullptr ? &name->value : nullptr;
  }
};

[[nodiscard]] constexpr std::string_view to_string(Decision::State state) {
  switch (state) {
    case Decision::State::Decided:
      return "decided";
    case Decision::State::Posted:
      return "posted";
    case Decision::State::Accepted:
      return "accepted";
    case Decision::State::Confirmed:
      return "confirmed";
    case Decision::State::Overtaken:
      return "overtaken";
    case Decision::State::Failed:
      return "failed";
  }
  return "";
}

/// An action was reported as stale: once per policy and status.
struct StaleRow {
  std::string region;
  ActionId action;
  std::string policy;
  std::string status;
};

/// The hour (of the API's clock) in which it was last reported that a policy's limit holds cancels
/// back.
struct SuppressedRow {
  std::string policy;
  WallTime hour{};
};

}  // namespace mactiond::core
