#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/engine.hpp"
#include "core/outbox/delivered_marks.hpp"
#include "ops/metrics.hpp"
#include "ops/position_due.hpp"
#include "ops/transition_log.hpp"
#include "runtime/command_runner.hpp"
#include "runtime/task_group.hpp"
#include "runtime/wakeup.hpp"
#include "store/store.hpp"

namespace mactiond::runtime {

/// The loop: event -> step -> commit -> log -> commands.
///
/// Events that wait together are stepped together and committed in one transaction. What a step
/// writes is durable before any of its commands starts, but for the marks of successful
/// deliveries: they wait up to 20 ms for others (core::DeliveredMarks). How far the transition log
/// got is committed soon after its lines (ops::PositionDue).
class Driver {
 public:
  /// Everything referred to outlives the driver.
  struct Parts {
    const Clock& clock;
    core::Engine& engine;
    store::Store& store;
    ops::TransitionLog& log;
    ops::Metrics& metrics;
  };
  Driver(boost::asio::any_io_executor executor, Parts parts);

  /// Set once, before run(): the runner posts into this driver.
  void use(CommandRunner& runner) { runner_ = &runner; }
  void post(core::Event event);
  /// Steps an operator's request at once; its answer is durable when it returns. Not from within
  /// a step. Errc::StoreFailed if it could not be committed; the daemon ends then.
  [[nodiscard]] Result<core::Reply> operate(core::Event request);

  /// Changes to other options (Engine::reconfigure); durable when it returns. take_over is called
  /// once that is durable, before the first command that may need what is new. Errc::StoreFailed if
  /// it could not be committed; the daemon ends then. On any error take_over is not called.
  [[nodiscard]] Result<void> reconfigure(core::Options next,
                                         const std::function<void()>& take_over);

  /// Runs beside the loop until it stops; ends when cancelled.
  void run_beside(Task<void> task) { reads_.spawn(std::move(task)); }
  /// Why nothing new can be begun now: the daemon is stopping, or the store is locked or gone.
  [[nodiscard]] std::optional<Error> refusal() const;
  /// Called after each commit that holds events, in the order given.
  void on_events(std::function<void()> told) { on_events_.push_back(std::move(told)); }

  /// Returns when stopped and every command has ended, or after fail(). 0, or the exit code.
  Task<int> run();

  /// Polls end at once; deliveries under way get a grace time, then end too. Nothing is lost.
  void stop();
  /// The transition log's file was moved away: opens it again before the next line.
  void reopen_log() {
    reopen_log_ = true;
    wakeup_.notify();
  }

  /// The same at once. An error means that events wait in the store until the file can be opened.
  [[nodiscard]] Result<void> reopen_log_now();

  /// Whether the loop turned and the store answered within the last minute.
  [[nodiscard]] bool live() const;
  /// Why the daemon cannot do its work: the store's files are gone, another program keeps the
  /// store locked, or the transition log cannot be written. Empty while it can.
  [[nodiscard]] std::string trouble() const;
  /// The engine's, with what is in trouble here.
  [[nodiscard]] core::EngineStatus status() const;

 private:
  void turn();
  [[nodiscard]] bool is_recorded(const ActionId& action, const std::string& id);
  void report_status(Now now);
  void step(core::Event event, Now now, core::Step& sum);
  [[nodiscard]] bool settle(core::Step& sum);
  [[nodiscard]] bool commit(core::Batch& writes);
  /// Nothing is begun: what was decided waits to be stored, or can no longer be.
  [[nodiscard]] bool held() const { return waiting_ || !store_gone_.empty(); }
  [[nodiscard]] bool commit_waiting();
  void wait_for_store(core::Step step);
  void finish(core::Step& sum);
  void look_at_store(Now now);
  [[nodiscard]] bool commit_marks();
  [[nodiscard]] bool store_is_free();
  void write_log(const std::vector<core::EventRecord>& fresh);
  [[nodiscard]] Result<void> append_lines(const std::vector<core::EventRecord>& events);
  void catch_up_log();
  void keep_log_position();
  void follow_log_file(Now now);
  [[nodiscard]] Result<void> reopen_log_file();
  void log_failed(const Error& error);
  void start(std::vector<core::Command> commands);
  template <class Answer>
  [[nodiscard]] bool answer_from_store(Result<Answer> answer);
  /// A task ended by an exception: a bug, or no memory.
  void task_failed(const char* task, const std::exception_ptr& failure);
  void fail(int exit_code);
  [[nodiscard]] bool finished() const;
  [[nodiscard]] Duration until_next(Now now) const;
  [[nodiscard]] store::LogPosition log_position() const;

  Parts parts_;
  CommandRunner* runner_ = nullptr;
  std::vector<std::function<void()>> on_events_;
  TaskGroup reads_;
  TaskGroup deliveries_;
  Wakeup wakeup_;
  std::deque<core::Event> events_;
  core::DeliveredMarks marks_;
  ops::PositionDue position_due_;
  bool stopping_ = false;
  bool reopen_log_ = false;
  std::optional<int> exit_code_;
  std::optional<MonoTime> grace_ends_;
  std::optional<MonoTime> log_retry_at_;  ///< set while lines wait for a log that failed
  std::string log_trouble_;
  std::optional<core::Step> waiting_;  ///< decided, but another program holds the store's lock
  MonoTime waiting_since_{};
  bool waiting_reported_ = false;
  bool position_kept_ = true;  ///< the log's position is committed
  std::string store_gone_;     ///< which file of the store was removed or replaced
  MonoTime store_checked_{};
  MonoTime log_checked_{};
  MonoTime status_reported_{};
  std::string status_line_;  ///< last status sent to the service manager
  MonoTime last_turn_{};
};

}  // namespace mactiond::runtime
