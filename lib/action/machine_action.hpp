#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace mactiond {

/// The API's id of a machine action (a GUID in practice; never relied on).
struct ActionId {
  std::string value;
  auto operator<=>(const ActionId&) const = default;
};

/// `type` (docs/defender-api.md 5). An open set: a value not named here keeps its text.
class ActionType {
 public:
  enum class Known : std::uint8_t {
    Unknown,
    RunAntiVirusScan,
    Offboard,
    LiveResponse,
    CollectInvestigationPackage,
    Isolate,
    Unisolate,
    StopAndQuarantineFile,
    RestrictCodeExecution,
    UnrestrictCodeExecution,
    RequestSample,
  };

  ActionType() = default;
  ActionType(Known known) : known_(known) {}  // NOLINT(google-explicit-constructor)
  /// Letter case and spaces do not matter ("Live Response" is LiveResponse).
  [[nodiscard]] static ActionType parse(std::string_view text);

  [[nodiscard]] Known known() const { return known_; }
  /// As on the wire.
  [[nodiscard]] std::string_view text() const;
  bool operator==(const ActionType&) const = default;

 private:
  Known known_ = Known::Unknown;
  std::string other_;
};

/// `status` (docs/defender-api.md 5). An open set: a value not named here keeps its text and counts
/// as not final.
class ActionStatus {
 public:
  enum class Known : std::uint8_t {
    Unknown,
    Pending,
    InProgress,
    Succeeded,
    Failed,
    TimeOut,
    Cancelled,
  };

  ActionStatus() = default;
  ActionStatus(Known known) : known_(known) {}  // NOLINT(google-explicit-constructor)
  /// Letter case does not matter; "Canceled" is Cancelled.
  [[nodiscard]] static ActionStatus parse(std::string_view text);

  [[nodiscard]] Known known() const { return known_; }
  /// As on the wire; "Unknown" where the API sent nothing.
  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] bool is_final() const { return known_ >= Known::Succeeded; }
  /// How far along: Pending 0, InProgress and unknown 1, final 2. Two answers with the same
  /// last-update stamp are ordered by it.
  [[nodiscard]] int rank() const;
  bool operator==(const ActionStatus&) const = default;

 private:
  Known known_ = Known::Unknown;
  std::string other_;
};

/// One machine action as an answer showed it: the parts decisions are made on, and the whole.
struct MachineAction {
  ActionId id;
  ActionType type;
  ActionStatus status;
  std::string machine_id;
  std::string computer_dns_name;
  std::string requestor;
  std::string requestor_comment;
  std::string request_source;
  std::optional<WallTime> created;
  std::optional<WallTime> last_update;
  /// Set where a stamp of the answer cannot be true: what stamp() was with it. See
  /// drop_impossible_stamps.
  std::optional<WallTime> impossible_stamp;
  std::string cancellation_comment;
  bool cancellation_noted = false;  ///< the API shows who cancelled or when
  /// The whole entity as JSON text in the API's key spelling, unknown keys included, OData
  /// annotations left out.
  std::string document;

  /// What orders two answers about the same action: last update, else creation, else the epoch.
  [[nodiscard]] WallTime stamp() const;
};

/// How many commands of a live response have completed; 0 for every other action.
[[nodiscard]] int completed_commands(const MachineAction& action);

/// FNV-1a of the document: another one means that a stored copy is not what the API shows.
[[nodiscard]] std::uint64_t fingerprint(std::string_view document);

}  // namespace mactiond

template <>
struct std::hash<mactiond::ActionId> {
  std::size_t operator()(const mactiond::ActionId& id) const noexcept {
    return std::hash<std::string>{}(id.value);
  }
};
