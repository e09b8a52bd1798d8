#pragma once

#include <utility>

#include "runtime/api_calls.hpp"
#include "runtime/deliveries.hpp"
#include "runtime/downloads.hpp"

namespace mactiond::runtime {

/// How everything configured is reached. Shared with what is in progress: after a reload it ends
/// with what it began with.
struct Accesses {
  RegionAccesses regions;
  WebhookAccesses webhooks;
};

/// Carries out the commands that leave the machine. Reads of the store are the driver's.
struct CommandRunner {
  CommandRunner(const Clock& clock, Accesses accesses, ops::Metrics& metrics,
                const std::function<void(core::Event)>& post)
      : downloads(clock, accesses.regions),
        calls(clock, std::move(accesses.regions), metrics, post),
        deliveries(clock, std::move(accesses.webhooks), metrics, post) {}

  /// For the commands to come.
  void set_accesses(Accesses accesses) {
    downloads.set_regions(accesses.regions);
    calls.set_regions(std::move(accesses.regions));
    deliveries.set_webhooks(std::move(accesses.webhooks));
  }

  Downloads downloads;  ///< no command begins one
  ApiCalls calls;
  Deliveries deliveries;
};

}  // namespace mactiond::runtime
