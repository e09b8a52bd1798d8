#pragma once

#include <optional>

#include "base/time.hpp"

namespace mactiond::core {

/// What one region knows about time and completeness when a cancel is judged.
struct CancelTime {
  Now now;
  std::optional<WallTime> server;    ///< the API's clock
  Duration uncertainty{};            ///< of it
  std::optional<MonoTime> jumped;    ///< when it last contradicted itself by minutes
  Duration spacing{};                ///< of calls that the quota can sustain
  bool swept = false;                ///< a complete sweep succeeded since the start
  std::optional<WallTime> moment{};  ///< server, as ServerClock::moment has it
  MonoTime token_from{};             ///< when the token in use was fetched

  /// What is recorded as the time: ours where the API's is unknown.
  [[nodiscard]] WallTime stamp() const { return moment ? *moment : server.value_or(now.wall); }
  /// The API's clock was not behind this at that moment of ours.
  [[nodiscard]] WallTime earliest(MonoTime when) const {
    return server.value_or(now.wall) - uncertainty - (now.mono - when);
  }
};

}  // namespace mactiond::core
