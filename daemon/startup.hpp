#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

#include "base/error.hpp"
#include "base/time.hpp"
#include "config/config.hpp"
#include "core/engine.hpp"
#include "core/event.hpp"
#include "ops/transition_log.hpp"
#include "store/store.hpp"

namespace mactiond::daemon {

/// Why the daemon cannot start.
struct NotUsable {
  const char* event;  ///< of the log entry: `store_not_usable`, …
  Error error;
};

/// Logs it; the exit code of the process.
[[nodiscard]] int report(const NotUsable& refused);

/// What a process begins with: all that is known from before.
struct Opened {
  std::unique_ptr<store::Store> store;
  std::unique_ptr<ops::TransitionLog> log;
  std::unique_ptr<core::Engine> engine;
  std::optional<core::StoreRecovered> recovered{};  ///< the engine's first event
  std::uint64_t first_unsent = 1;                   ///< what a new syslog receiver gets first
};

/// Opens the store and the transition log, judges whether the store was lost or damaged
/// (core/recovery.hpp), and makes the engine from both.
[[nodiscard]] std::variant<Opened, NotUsable> open_state(const config::Config& config,
                                                         const Clock& clock);

}  // namespace mactiond::daemon
