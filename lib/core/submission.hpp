#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "action/action_request.hpp"
#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "core/submission_state.hpp"
#include "event/operator.hpp"

namespace mactiond::core {

/// A moment by all clocks there are.
struct SubmitStamp {
  /// The API's clock was not behind this; nothing where it was not known.
  std::optional<WallTime> server{};
  WallTime wall{};  ///< ours
  std::string boot_id{};
  MonoTime mono{};  ///< exact within that boot
  bool operator==(const SubmitStamp&) const = default;
};

/// What happens where another action of the machine is in the way.
enum class OnBlocker : std::uint8_t {
  Refuse,
  Wait,    ///< until it has ended
  Cancel,  ///< as an operator's cancel, then wait
};

/// Empty for no enumerator.
[[nodiscard]] constexpr std::string_view to_string(OnBlocker choice) {
  switch (choice) {
    case OnBlocker::Refuse:
      return "refuse";
    case OnBlocker::Wait:
      return "wait";
    case OnBlocker::Cancel:
      return "cancel";
  }
  return {};
}

/// What somebody wants to be started on one machine.
struct SubmissionOrder {
  std::string region;
  std::string machine;  ///< the API's id of it
  ActionRequest request;
  std::string comment;  ///< without the tag
  Operator by;
  std::string key;              ///< Idempotency-Key; empty: none was given
  std::uint64_t body_hash = 0;  ///< of the request that came with the key
  OnBlocker on_blocker = OnBlocker::Refuse;
  Duration wait_blocker = std::chrono::hours(1);
  bool operator==(const SubmissionOrder&) const = default;
};

/// One order on its way to its end. Stored at every step before the step's effect, so that a crash
/// never leads to a second POST.
struct Submission {
  std::string id;  ///< sub_…; the tag of the comment is made of it
  SubmissionOrder order;
  SubmissionState state = SubmissionState::Queued;
  SubmitStamp asked;
  std::optional<SubmitStamp> waiting{};    ///< since when it waits for a blocker
  std::optional<SubmitStamp> unblocked{};  ///< when the blocker had ended
  std::optional<SubmitStamp> posted{};     ///< when the last POST left
  int posts = 0;
  ActionId action{};      ///< from Submitted on
  ActionId blocked_by{};  ///< the action in the way, where it is known
  std::string reason{};   ///< why it ended so, or why it was last held back
  std::string answer{};   ///< of the API to the last POST, for operators
  std::optional<WallTime> submitted{};
  std::optional<WallTime> ended{};
  bool operator==(const Submission&) const = default;
};

}  // namespace mactiond::core
