#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "core/cancel/cancel_ledger.hpp"
#include "core/cancel/policy.hpp"
#include "core/engine.hpp"
#include "core/outbox/outbox.hpp"
#include "core/recorder.hpp"
#include "core/region/region.hpp"
#include "core/slot.hpp"
#include "core/step_writer.hpp"
#include "core/submit/submit_ledger.hpp"

namespace mactiond::core {

/// The engine's parts; private to the files engine*.cpp.
struct Engine::State {
  State(Options opts, const Snapshot& snapshot, std::uint64_t seed)
      : options(std::move(opts)),
        random(seed),
        policies(std::make_shared<const Policies>(options.policies)),
        ledger(options.cancel, options.policies, options.boot_id),
        submits(options.submit),
        recorder(options.instance, snapshot.last_seq) {
    recorder.skip_logged(snapshot.logged);
    describe = [this](EventRecord& event, const std::string& machine) {
      if (event.region.empty()) return;
      Slot<Region>* slot = find_named(regions, event.region);
      if (slot != nullptr) slot->part.describe_machine(event, machine, last.mono);
    };
  }
  // describe points at it.
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() = default;

  Options options;
  Random random;
  SharedPolicies policies;
  CancelLedger ledger;
  SubmitLedger submits;
  Recorder recorder;
  std::vector<Slot<Region>> regions;
  /// Stored submissions that have not ended, of regions that are not configured.
  std::vector<Submission> unfollowed;
  std::vector<Slot<Outbox>> outboxes;
  /// Webhooks that are no longer configured, until their last answer is there.
  std::vector<Slot<Outbox>> leaving;
  std::uint64_t last_id = 0;
  /// The serial of the region or webhook that a command in progress belongs to.
  std::unordered_map<std::uint64_t, std::uint64_t> owners;
  std::uint64_t last_serial = 0;
  bool stopping = false;
  Duration wall_offset{};
  MonoTime prune_at{};
  MonoTime wall_steady_since{};
  Now last{};
  DescribeMachine describe;

  [[nodiscard]] StepWriter writer(Step& step) {
    return {step, recorder, outboxes, last_id, &describe};
  }
  void restore(const Snapshot& snapshot, Now now);
  void start_clocks(Now now);
  [[nodiscard]] Region make_region(const RegionOptions& region, const Snapshot& snapshot, Now now);
  [[nodiscard]] Outbox make_outbox(const WebhookOptions& webhook, const Snapshot& snapshot,
                                   Now now) const;
  void reconfigure(Options next, const Snapshot& added, Now now, StepWriter& out);
  /// The regions that are not followed any more.
  [[nodiscard]] std::vector<Slot<Region>> change_regions(const Options& next, const Snapshot& added,
                                                         Now now);
  void change_webhooks(const Options& next, const Snapshot& added, Now now);
  void stop(StepWriter& out);
  void suspend(const SuspendCancelling& asked, StepWriter& out);
  void ask_cancel(const AskCancel& asked, Now now, StepWriter& out);
  void ask_submission(AskSubmission asked, Now now, StepWriter& out);
  void ask_question(const AskQuestion& asked, Now now, StepWriter& out);
  /// recovered: the store was, and a POST of each may have left.
  void end_unfollowed(bool recovered, Now now, StepWriter& out);
  void retry(const RetryRegion& asked, Now now, StepWriter& out);
  void pause(const PauseWebhook& asked, Now now, StepWriter& out);
  void replay(const ReplayDeadLetters& asked, Now now, StepWriter& out);
  void purge(const PurgeDeadLetters& asked, StepWriter& out);
  void recover(const StoreRecovered& found, Now now, StepWriter& out);
  void dispatch(Event event, Now now, StepWriter& out);
  void follow_wall_clock(Now now, Batch& batch);
  void prune(Now now, Batch& batch);
  [[nodiscard]] std::optional<WallTime> time_to_prune_by(Now now) const;
  void advance(Now now, StepWriter& out);
  /// Also one that left and may return; nothing if it is gone.
  [[nodiscard]] Slot<Outbox>* outbox_of(std::uint64_t serial);
  void on(DeliveriesLoaded loaded);
  void on(const OldestLoaded& loaded, Now now, StepWriter& out);
  void on(const DeliveryAnswered& answered, Now now, StepWriter& out);
  void own(const std::vector<Command>& commands, std::size_t first, std::uint64_t serial);
  std::uint64_t owner_of(CommandId id);
  void record_incident(const WebhookIncident& incident, const Outbox& outbox, Now now,
                       StepWriter& out);
};

[[nodiscard]] inline bool has_region(const Options& options, const std::string& name) {
  return std::any_of(options.regions.begin(), options.regions.end(),
                     [&](const RegionOptions& region) { return region.name == name; });
}

}  // namespace mactiond::core
