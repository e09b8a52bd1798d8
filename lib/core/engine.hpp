#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "core/cancel/policy_explain.hpp"
#include "core/event.hpp"
#include "core/options.hpp"
#include "core/recorder.hpp"
#include "core/snapshot.hpp"
#include "core/status.hpp"
#include "core/step.hpp"

namespace mactiond::core {

/// Everything the daemon decides. Deterministic: equal events at equal times, above an equal store,
/// give equal steps.
class Engine {
 public:
  Engine(Options options, Snapshot snapshot, std::uint64_t seed, Now now);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Set once: how an event is looked up in the store. Without it the engine takes every event that
  /// its snapshot does not know for new.
  void look_up_events_by(IsRecorded is_recorded);

  /// Never fails and never blocks. The caller commits step.writes before it starts
  /// step.commands, and answers each command by exactly one event.
  [[nodiscard]] Step on(Event event, Now now);

  /// Goes over to other options in one step, which is committed and started like any other. What
  /// is in progress continues: regions and webhooks are the same as before if they have the same
  /// name. A removed webhook's queue stays in the store. instance and boot_id stay as they were.
  /// added: what the store has; may be empty if knows_all_of(next).
  [[nodiscard]] Step reconfigure(Options next, const Snapshot& added, Now now);
  /// Whether next brings no region and no webhook that is not running.
  [[nodiscard]] bool knows_all_of(const Options& next) const;

  /// When on(Tick{}, now) must be called next even if nothing else happens.
  [[nodiscard]] std::optional<MonoTime> wake_at() const;

  [[nodiscard]] EngineStatus status(Now now) const;
  /// How many submissions of its region go before this one; nothing if it is not in a queue.
  [[nodiscard]] std::optional<std::size_t> ahead_of(const std::string& submission) const;
  /// What holds back a submission that may yet be sent; empty where nothing does.
  [[nodiscard]] std::string held_by(const std::string& submission) const;
  /// The answer to AskSubmission where that makes nothing, whatever the order's machine: its key
  /// decides, then its region, then a guard. Nothing where it would be accepted.
  [[nodiscard]] std::optional<Reply> foresee(const SubmissionOrder& order, Now now) const;

  struct RegionPlans {
    std::string region;
    Explanations plans;
  };
  /// What the policies and limits in force plan for the open actions, or those of a trial if given.
  /// Of 1000 in each region and, with many regions, of some thousands in all.
  [[nodiscard]] std::vector<RegionPlans> explain(const PolicyTrial* trial, Now now) const;
  /// For a trial. Nothing if there are more than most.
  [[nodiscard]] std::optional<std::vector<OpenActions>> open_actions(std::size_t most) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mactiond::core
