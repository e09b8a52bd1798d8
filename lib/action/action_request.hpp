#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "action/machine_action.hpp"

namespace mactiond {

// What can be started on a machine, each kind with what the API wants to know of it
// (docs/defender-api.md). The comment is the same for all and is not part of it.

struct CollectPackage {
  bool operator==(const CollectPackage&) const = default;
};

struct Isolate {
  enum class Scope : std::uint8_t { Full, Selective, UnManagedDevice };
  Scope scope = Scope::Full;
  bool operator==(const Isolate&) const = default;
};

struct Unisolate {
  bool operator==(const Unisolate&) const = default;
};

struct RestrictCodeExecution {
  bool operator==(const RestrictCodeExecution&) const = default;
};

struct UnrestrictCodeExecution {
  bool operator==(const UnrestrictCodeExecution&) const = default;
};

struct RunScan {
  enum class Scope : std::uint8_t { Quick, Full };
  Scope scope = Scope::Quick;
  bool operator==(const RunScan&) const = default;
};

struct Offboard {
  bool operator==(const Offboard&) const = default;
};

struct QuarantineFile {
  std::string sha1;  ///< 40 lower-case hex digits
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
  std::vector<LiveResponseCommand> commands;
  bool operator==(const LiveResponse&) const = default;
};

using ActionRequest =
    std::variant<CollectPackage, Isolate, Unisolate, RestrictCodeExecution, UnrestrictCodeExecution,
                 RunScan, Offboard, QuarantineFile, LiveResponse>;

}  // namespace mactiond
