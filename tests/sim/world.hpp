#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "core/engine.hpp"
#include "core/outbox/delivered_marks.hpp"
#include "sim/api_model.hpp"
#include "sim/cancel_oracle.hpp"
#include "sim/receiver_model.hpp"
#include "sim/watcher.hpp"
#include "store/store.hpp"

namespace mactiond::sim {

struct WorldOptions {
  std::uint64_t seed = 1;
  core::Options engine;
  ApiOptions api;  ///< of every region
  /// By name of engine.webhooks.
  std::map<std::string, ReceiverOptions> receivers;
  Duration latency_min = std::chrono::milliseconds(60);
  Duration latency_max = std::chrono::milliseconds(250);
  /// Commits that are followed by a crash, before their commands start or some time after.
  int crashes_per_million = 0;
  /// The same for commits that hold a step of a cancel.
  int cancel_crashes_per_million = 0;
  /// The same for commits that hold a step of a submission.
  int submit_crashes_per_million = 0;
  /// Of the POSTs that start an action: no connection is made, or it takes up to half a minute.
  int connections_refused_per_mille = 0;
  int slow_connections_per_mille = 0;
};

/// Virtual time, one engine over a real store, and models of everything it talks to. Another
/// driver for the same engine: it commits a step before it carries its commands out, and answers
/// each command by one event. Equal seeds give equal runs.
class World {
 public:
  explicit World(WorldOptions options);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Runs until this much time has passed since the world began.
  void run_until(Duration since_start);
  /// Does something at a time to come, e.g. adds actions or faults.
  void at(Duration since_start, std::function<void()> what);

  /// Drops the engine in the middle of whatever it did and starts another over the same store.
  void crash();
  /// A reboot: monotonic time and boot id start again too.
  void reboot();
  /// Steps the local wall clock; the server's time continues.
  void jump_wall(Duration by) { wall_offset_ += by; }
  void set_wall(Duration off) { wall_offset_ = off; }
  void stop_crashes();
  /// The engine goes over to changed options, which also hold for those that follow.
  void reload(const std::function<void(core::Options&)>& change);
  /// An operator asks for something.
  void ask(core::Event event) { ready_.push_back(std::move(event)); }
  /// It sees everything from then on. It outlives the world's last run.
  void watch(Watcher& watcher);
  /// The oracle, made on first use, watches from then on.
  CancelOracle& watch_cancels();

  [[nodiscard]] ApiModel& api(const std::string& region) { return *apis_.at(region); }
  [[nodiscard]] ReceiverModel& receiver(const std::string& name) { return receivers_.at(name); }
  [[nodiscard]] std::map<std::string, std::unique_ptr<ApiModel>>& apis() { return apis_; }
  [[nodiscard]] std::map<std::string, ReceiverModel>& receivers() { return receivers_; }
  [[nodiscard]] core::Engine& engine() { return *engine_; }
  /// What the store has, by id.
  [[nodiscard]] std::map<std::string, core::Submission> submissions();

  [[nodiscard]] WallTime server_now() const;
  [[nodiscard]] Now now() const;
  [[nodiscard]] Duration elapsed() const { return elapsed_; }
  [[nodiscard]] const WorldOptions& options() const { return options_; }
  [[nodiscard]] Moment moment() const { return {elapsed_, server_now(), now().wall}; }

  /// Every committed event with the server time of its commit.
  struct Recorded {
    core::EventRecord event;
    WallTime committed{};
  };
  [[nodiscard]] const std::vector<Recorded>& events() const { return events_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] std::uint64_t crashes() const { return crashes_; }
  /// What the world itself saw go wrong; empty if nothing.
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }

 private:
  struct Pending {
    Duration at{};
    std::function<void()> what;
  };

  void start_engine(bool rebooted);
  [[nodiscard]] bool draw_crash(const core::Batch& writes);
  /// ours: sent by the engine that is there now.
  void arrive(const core::Command& command, bool ours);
  /// A POST that starts an action leaves once its connection is made, if that is in time.
  void connect(core::StartAction post);
  void leave(core::Command command);
  void learn(const core::Event& event);
  void step(core::Event event);
  void carry_out(core::Step step);
  void commit(core::Batch& writes);
  void commit_marks();
  void start(core::Command command);
  void answer(Duration latency, core::Event event);
  void check_wake();
  [[nodiscard]] Duration draw_latency();
  [[nodiscard]] std::optional<Duration> engine_wakes() const;

  WorldOptions options_;
  Random random_;
  store::Store store_;
  std::unique_ptr<core::Engine> engine_;
  std::map<std::string, std::unique_ptr<ApiModel>> apis_;
  std::map<std::string, ReceiverModel> receivers_;
  std::vector<Watcher*> watchers_;
  std::unique_ptr<CancelOracle> cancels_;
  /// Of this engine's POSTs that arrived, by command: where they stand in their region's posts().
  std::map<std::uint64_t, std::pair<std::string, std::size_t>> posts_;

  Duration elapsed_{};
  Duration mono_base_{};
  Duration wall_offset_{};
  std::uint64_t boots_ = 1;
  std::uint64_t life_ = 0;  ///< which engine an answer was meant for
  std::multimap<Duration, std::function<void()>> pending_;
  std::deque<core::Event> ready_;
  core::DeliveredMarks marks_;  ///< lost in a crash
  std::vector<Recorded> events_;
  std::vector<std::string> violations_;
  std::uint64_t steps_ = 0;
  std::uint64_t crashes_ = 0;
  std::uint64_t idle_ticks_ = 0;
};

}  // namespace mactiond::sim
