#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/command.hpp"
#include "core/decision.hpp"
#include "core/event.hpp"
#include "core/options.hpp"
#include "core/step.hpp"
#include "sim/api_model.hpp"
#include "sim/policy_model.hpp"
#include "sim/region_view.hpp"
#include "sim/watcher.hpp"

namespace mactiond::sim {

/// Watches a world step by step and holds every cancel against what was promised.
///
/// - A POST leaves only for a committed decision that a policy governs by the oracle's own reading
///   of the policies, or that an operator asked for; after a re-read made for it that showed the
///   action open, fitting and not yet being cancelled; and never on a final action.
/// - None while suspended or off, before a complete sweep, or while the clocks cannot be trusted.
/// - In any trailing hour of arrivals no more decisions than each limit allows, and of one decision
///   at most one POST that the API accepted.
/// - Every decision ends once, with one event, and as the truth has it.
/// - A stale action is reported once per policy and status, a limit once per policy and hour.
/// - In a calm, decisions and their POSTs are prompt.
class CancelOracle final : public Watcher {
 public:
  using Apis = std::map<std::string, std::unique_ptr<ApiModel>>;
  /// apis outlive it.
  CancelOracle(const core::Options& options, const Apis& apis);

  void started(bool rebooted, const Moment& now) override;
  void heard(const core::Event& event, const Moment& now) override;
  void stepped(const core::Step& step, const Moment& now) override;
  void left(const core::Command& command, const Moment& now) override;
  void arrived(const core::Command& command, bool ours, const Moment& now) override;

  /// From then on nothing hinders any decision but limits.
  void calm_from(Duration elapsed) { calm_from_ = elapsed; }
  /// Everything must have ended, and nothing may have been forgotten.
  [[nodiscard]] std::vector<std::string> finish(const Moment& now);
  /// How many decisions ended so, or were made where nothing is given.
  [[nodiscard]] int count(std::optional<core::Decision::State> ended = std::nullopt) const;
  [[nodiscard]] int reached_limits() const { return static_cast<int>(suppressed_.size()); }

 private:
  struct Track {
    core::Decision row;
    Duration made{};
    std::optional<Duration> ended;
    Duration intended{};         ///< its last POST, whether it left then or not
    std::vector<Duration> left;  ///< its POSTs
    int accepted = 0;
    int requested_events = 0;
    int end_events = 0;
    core::EventType end_type = core::EventType::CancelFailed;
    struct Reread {
      Duration asked{};
      Duration answered{};
      core::ActionFacts facts;
      bool current = false;
      bool noted = false;
    };
    std::optional<Reread> reread;
  };
  struct Sent {
    std::string region;
    std::optional<ActionId> read;
    std::optional<core::Query> swept;
    Duration left{};
  };

  void complain(const Moment& now, const std::string& what);
  void heard_read(const core::ActionRead& read, const Sent& sent, const Moment& now);
  void made(const core::Decision& row, const Moment& now);
  void made_by_policy(const core::Decision& row, const std::string& by, const Moment& now);
  void changed(Track& track, const core::Decision& row, const Moment& now);
  void check_event(const core::EventRecord& event, const Moment& now);
  void ended(const Track& track, const Moment& now);
  void stale(const core::StaleRow& row, const Moment& now);
  void suppressed(const core::SuppressedRow& row, const Moment& now);
  void post_left(const core::CancelAction& post, const Moment& now);
  void check_facts(const Track& track, const RegionView& view, const Moment& now);
  void check_reread(const Track& track, const Moment& now);
  void check_prompt(const Track& track, const Moment& now);
  void check_forgotten(const std::string& region, const Moment& now);
  /// Whether a limit may have stood in the way at any time since then.
  [[nodiscard]] bool limited(const core::PolicyOptions& policy, Duration since) const;
  [[nodiscard]] Track* live(const std::string& region, const ActionId& action);
  [[nodiscard]] const Entity* truth(const core::Decision& row) const;

  PolicyModel policies_;
  int total_limit_;
  const Apis& apis_;
  std::map<std::string, RegionView> views_;
  std::map<std::string, Track> tracks_;
  /// Decisions of one action, in order.
  std::map<std::pair<std::string, ActionId>, std::vector<std::string>> by_action_;
  std::map<std::uint64_t, Sent> sent_;  ///< of this engine
  std::optional<core::AskCancel> asked_;
  bool suspended_ = false;
  Duration rebooted_{};
  std::set<std::pair<std::string, std::string>> forbidden_;  ///< region, type
  std::set<std::vector<std::string>> stale_;
  std::set<std::pair<std::string, WallTime>> suppressed_;
  std::vector<std::pair<WallTime, std::string>> arrivals_;  ///< of policies' decisions
  Duration calm_from_ = Duration::max();
  std::vector<std::string> violations_;
};

}  // namespace mactiond::sim
