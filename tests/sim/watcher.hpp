#pragma once

#include "core/command.hpp"
#include "core/event.hpp"
#include "core/options.hpp"
#include "core/step.hpp"
#include "sim/region_view.hpp"

namespace mactiond::sim {

/// Sees what a world does, step by step.
class Watcher {
 public:
  Watcher() = default;
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  virtual ~Watcher() = default;

  /// Another engine begins; after a reboot, or on the same boot as the one before.
  virtual void started(bool /*rebooted*/, const Moment& /*now*/) {}
  /// The engine goes by these options from now on.
  virtual void configured(const core::Options& /*options*/, const Moment& /*now*/) {}
  /// The engine gets this event next.
  virtual void heard(const core::Event& /*event*/, const Moment& /*now*/) {}
  /// It answered by this, and its writes are committed.
  virtual void stepped(const core::Step& /*step*/, const Moment& /*now*/) {}
  /// One of the step's commands really leaves.
  virtual void left(const core::Command& /*command*/, const Moment& /*now*/) {}
  /// It reached its region's API, which has answered. ours: the engine that sent it is still there.
  virtual void arrived(const core::Command& /*command*/, bool /*ours*/, const Moment& /*now*/) {}
};

}  // namespace mactiond::sim
