#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "action/machine_action.hpp"

namespace mactiond {

// What can be started on a machine, each kind with what the API wants to know of it
// (docs/defender-api.md 10). The comment is the same for all and is not part of it.

struct CollectPackage {
  static constexpr auto kType = ActionType::Known::CollectInvestigationPackage;
  bool operator==(const CollectPackage&) const = default;
};

struct Isolate {
  static constexpr auto kType = ActionType::Known::Isolate;
  enum class Scope : std::uint8_t { Full, Selective, UnManagedDevice };
  Scope scope = Scope::Full;
  bool operator==(const Isolate&) const = default;
};

struct Unisolate {
  static constexpr auto kType = ActionType::Known::Unisolate;
  bool operator==(const Unisolate&) const = default;
};

struct RestrictCodeExecution {
  static constexpr auto kType = ActionType::Known::RestrictCodeExecution;
  bool operator==(const RestrictCodeExecution&) const = default;
};

struct UnrestrictCodeExecution {
  static constexpr auto kType = ActionType::Known::UnrestrictCodeExecution;
  bool operator==(const UnrestrictCodeExecution&) const = default;
};

struct RunScan {
  static constexpr auto kType = ActionType::Known::RunAntiVirusScan;
  enum class Scope : std::uint8_t { Quick, Full };
  Scope scope = Scope::Quick;
  bool operator==(const RunScan&) const = default;
};

struct Offboard {
  static constexpr auto kType = ActionType::Known::Offboard;
  bool operator==(const Offboard&) const = default;
};

struct QuarantineFile {
  static constexpr auto kType = ActionType::Known::StopAndQuarantineFile;
  std::string sha1;  ///< 40 hex digits
  bool operator==(const QuarantineFile&) const = default;
};

struct LiveResponseCommand {
  enum class Kind : std::uint8_t { PutFile, RunScript, GetFile };
  Kind kind = Kind::RunScript;
  std::string name;       ///< the file's or script's name in the library; of GetFile the path
  std::string arguments;  ///< of RunScript; may be empty
  bool operator==(const LiveResponseCommand&) const = default;
};

/// All PutFile come first, then all RunScript, then all GetFile; at least one command.
struct LiveResponse {
  static constexpr auto kType = ActionType::Known::LiveResponse;
  std::vector<LiveResponseCommand> commands;
  bool operator==(const LiveResponse&) const = default;
};

using ActionRequest =
    std::variant<CollectPackage, Isolate, Unisolate, RestrictCodeExecution, UnrestrictCodeExecution,
                 RunScan, Offboard, QuarantineFile, LiveResponse>;

/// How long a live response may be. The API has limits that it does not document.
inline constexpr std::size_t kCommandsMax = 100;
inline constexpr std::size_t kCommandNameMax = 1024;       ///< bytes
inline constexpr std::size_t kCommandArgumentsMax = 4096;  ///< bytes

// As on the wire.

[[nodiscard]] constexpr std::string_view to_string(Isolate::Scope scope) {
  switch (scope) {
    case Isolate::Scope::Full:
      return "Full";
    case Isolate::Scope::Selective:
      return "Selective";
    case Isolate::Scope::UnManagedDevice:
      return "UnManagedDevice";
  }
  return "";
}

[[nodiscard]] constexpr std::string_view to_string(RunScan::Scope scope) {
  switch (scope) {
    case RunScan::Scope::Quick:
      return "Quick";
    case RunScan::Scope::Full:
      return "Full";
  }
  return "";
}

[[nodiscard]] constexpr std::string_view to_string(LiveResponseCommand::Kind kind) {
  switch (kind) {
    case LiveResponseCommand::Kind::PutFile:
      return "PutFile";
    case LiveResponseCommand::Kind::RunScript:
      return "RunScript";
    case LiveResponseCommand::Kind::GetFile:
      return "GetFile";
  }
  return "";
}

/// The key of the command's name in `params`; that of the arguments is kArgumentsKey.
[[nodiscard]] constexpr std::string_view name_key(LiveResponseCommand::Kind kind) {
  switch (kind) {
    case LiveResponseCommand::Kind::PutFile:
      return "FileName";
    case LiveResponseCommand::Kind::RunScript:
      return "ScriptName";
    case LiveResponseCommand::Kind::GetFile:
      return "Path";
  }
  return "";
}
inline constexpr std::string_view kArgumentsKey = "Args";

[[nodiscard]] ActionType type_of(const ActionRequest& request);

/// What is wrong with it, in a sentence that says what to do; nothing if it may be sent.
[[nodiscard]] std::optional<std::string> mistake_in(const ActionRequest& request);

}  // namespace mactiond
