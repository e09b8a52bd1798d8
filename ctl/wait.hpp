#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <optional>

#include "base/time.hpp"
#include "client.hpp"
#include "commands.hpp"
#include "pace.hpp"
#include "progress.hpp"

namespace mactiond::ctl {

/// What is waited for, and how long.
struct Awaited {
  /// hold: how long the daemon may keep the request until there is news; zero: not at all.
  std::function<Question(Duration hold)> ask;
  /// Looks at an answer; whether it is the end.
  std::function<bool(const boost::json::object& answer)> take;
  std::function<void()> each_second = {};           ///< while nothing is new
  std::optional<MonoTime> until = {};               ///< nothing: until the end
  Duration least = std::chrono::milliseconds(250);  ///< between two requests
};

struct Waited {
  bool ended = false;                  ///< take said so
  bool in_contact = true;              ///< the newest request was answered
  std::optional<Answer> refusal = {};  ///< an answer that says that there is nothing to wait for
};

/// When a wait of this length from now is over.
[[nodiscard]] std::optional<MonoTime> end_of_wait(const Pace& pace, std::optional<Duration> length);

/// Asks again and again, over restarts of the daemon, at least once.
[[nodiscard]] Waited wait_for(const Session& session, const Pace& pace, Progress& progress,
                              const Awaited& what);

}  // namespace mactiond::ctl
