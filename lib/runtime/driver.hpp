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
#include "net/async_event.hpp"
#include "ops/metrics.hpp"
#include "ops/transition_log.hpp"
#include "runtime/command_runner.hpp"
#include "runtime/ending.hpp"
#include "runtime/log_writer.hpp"
#include "runtime/question_desk.hpp"
#include "runtime/status_report.hpp"
#include "runtime/store_hold.hpp"
#include "runtime/task_group.hpp"
#include "store/store.hpp"

namespace mactiond::runtime {

/// The loop: event -> step -> commit -> log -> commands.
///
/// Events that wait together are stepped together and committed in one transaction. What a step
/// writes is durable before any of its commands starts, but for the marks of successful
/// deliveries: they wait up to 20 ms for others (core::DeliveredMarks). How far the transition log
/// got is committed soon after its lines (LogWriter).
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
  void set_runner(CommandRunner& runner) { runner_ = &runner; }
  void post(core::Event event);
  /// Steps an operator's request at once; its answer is durable when it returns. Not from within
  /// a step. Errc::StoreFailed if it could not be committed; the daemon ends then.
  [[nodiscard]] Result<core::Reply> operate(core::Event request);

  /// Has the API asked. done is called exactly once: from within, or from the loop later. The
  /// question's number is given here.
  void ask(core::AskQuestion question, QuestionDesk::Done done);

  /// Changes to other options (Engine::reconfigure); durable when it returns. take_over is called
  /// once that is durable, before the first command that may need what is new. Errc::StoreFailed if
  /// it could not be committed; the daemon ends then. On any error take_over is not called.
  [[nodiscard]] Result<void> reconfigure(core::Options next,
                                         const std::function<void()>& take_over);

  /// Runs beside the loop until it stops; ends when cancelled.
  void run_beside(Task<void> task) { reads_.spawn(std::move(task)); }
  /// Why nothing new can be begun now: the daemon is stopping, or the store is locked or gone.
  [[nodiscard]] std::optional<Error> refusal() const;
  /// Called after each commit that holds events or submissions, in the order given.
  void on_events(std::function<void()> listener) { on_events_.push_back(std::move(listener)); }

  /// Returns when stopped and every command has ended, or after fail(). 0, or the exit code.
  Task<int> run();

  /// Polls end at once; deliveries and starts of actions in progress get a grace time, then end
  /// too. Nothing is lost.
  void stop();
  /// The transition log's file was moved away: opens it again before the next line.
  void reopen_log() {
    log_.reopen_soon();
    wakeup_.set();
  }

  /// The same at once. An error means that events wait in the store until the file can be opened.
  [[nodiscard]] Result<void> reopen_log_now();

  /// Whether the loop turned and the store answered within the last minute.
  [[nodiscard]] bool live() const;
  /// Why the daemon cannot do its work: the store's files are gone, another program keeps the
  /// store locked, or the transition log cannot be written. Nothing while it can.
  [[nodiscard]] std::optional<std::string> trouble() const;
  /// The engine's status, with trouble().
  [[nodiscard]] core::EngineStatus status() const;

 private:
  void turn();
  [[nodiscard]] bool is_recorded(const ActionId& action, const std::string& id);
  void step(core::Event event, Now now, core::Step& sum);
  [[nodiscard]] bool commit_and_start(core::Step& sum);
  void finish(core::Step& sum);

  // driver_store.cpp
  [[nodiscard]] bool commit(core::Batch& writes);
  [[nodiscard]] bool commit_marks();
  [[nodiscard]] bool commit_waiting();
  [[nodiscard]] bool store_is_free();
  void keep_log_position();
  void look_at_store(Now now);
  template <class Answer>
  [[nodiscard]] bool answer_from_store(Result<Answer> answer);
  void look_for_files(MonoTime now);
  void write_failed(const Error& error);
  void store_failed(const Error& error);
  [[nodiscard]] Error not_stored() const;

  void follow_log_file(Now now);
  [[nodiscard]] Result<void> reopen_log_file();

  void start(std::vector<core::Command> commands);
  /// Starts one command. False if it must wait for the store, or the daemon ends.
  [[nodiscard]] bool begin(core::LoadDeliveries& read);
  [[nodiscard]] bool begin(core::LoadOldest& read);
  [[nodiscard]] bool begin(core::SendDelivery& delivery);
  [[nodiscard]] bool begin(core::StartAction& start);
  template <class Call>
  [[nodiscard]] bool begin(Call& call);

  /// A task ended by an exception: a bug, or no memory.
  void task_failed(const char* task, const std::exception_ptr& failure);
  void fail(int exit_code);
  [[nodiscard]] bool finished() const;
  [[nodiscard]] Duration until_next(Now now) const;

  Parts parts_;
  CommandRunner* runner_ = nullptr;
  std::vector<std::function<void()>> on_events_;
  TaskGroup reads_;
  TaskGroup finishing_;  ///< what has a grace time at a stop: deliveries, and starts of actions
  net::AsyncEvent wakeup_;
  std::deque<core::Event> events_;
  core::DeliveredMarks marks_;
  LogWriter log_;
  StoreHold hold_;
  StatusReport status_report_;
  QuestionDesk questions_;
  Ending ending_;
  MonoTime last_turn_{};
};

}  // namespace mactiond::runtime
