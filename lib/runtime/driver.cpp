#include "runtime/driver.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.hpp"
#include "base/exception_text.hpp"
#include "base/exit_code.hpp"
#include "ops/log.hpp"
#include "ops/systemd.hpp"

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;

constexpr Duration kDeliveryGrace = 5s;
constexpr Duration kLogRetry = 5s;
constexpr Duration kLogCheck = 10s;
/// Between attempts to commit while another program holds the store's write lock.
constexpr Duration kCommitRetry = 50ms;
/// Between two parts of what is done beside the work: the check of a large store, and retention.
constexpr Duration kBesidePause = 20ms;
constexpr Duration kStatusEvery = 10s;
constexpr int kLogChunk = 500;
/// However quiet: the watchdog is fed, the log file is looked after.
constexpr Duration kTurnAtLeast = 5s;
constexpr Duration kLiveWithin = 60s;
/// Events stepped before one commit; bounds how long the loop is held.
constexpr std::size_t kEventsPerTurn = 256;

template <class T>
void append(std::vector<T>& into, std::vector<T>&& from) {
  into.insert(into.end(), std::make_move_iterator(from.begin()),
              std::make_move_iterator(from.end()));
}

void append(core::Batch& into, core::Batch&& from) {
  append(into.actions, std::move(from.actions));
  append(into.events, std::move(from.events));
  append(into.deliveries, std::move(from.deliveries));
  append(into.retries, std::move(from.retries));
  append(into.ends, std::move(from.ends));
  append(into.deleted_letters, std::move(from.deleted_letters));
  append(into.regions, std::move(from.regions));
  append(into.quotas, std::move(from.quotas));
  append(into.webhooks, std::move(from.webhooks));
  append(into.vanished, std::move(from.vanished));
  if (from.switches) into.switches = from.switches;
  append(into.decisions, std::move(from.decisions));
  append(into.told_stale, std::move(from.told_stale));
  append(into.suppressed, std::move(from.suppressed));
  if (from.recovery) into.recovery = std::move(from.recovery);
  append(into.recovering, std::move(from.recovering));
  append(into.reread, std::move(from.reread));
  into.shift_due += from.shift_due;
  if (from.prune_before) into.prune_before = from.prune_before;
}

constexpr const char* kLocked =
    "another program holds the store's write lock; nothing was changed, try again";
constexpr const char* kStoredLater =
    "another program holds the store's write lock; the request is carried out once it is released";

}  // namespace

Driver::Driver(boost::asio::any_io_executor executor, Parts parts)
    : parts_(parts),
      reads_(
          executor, [this](std::exception_ptr failure) { task_failed("read", failure); },
          [this] { wakeup_.notify(); }),
      deliveries_(
          executor, [this](std::exception_ptr failure) { task_failed("delivery", failure); },
          [this] { wakeup_.notify(); }),
      wakeup_(executor) {
  parts_.engine.look_up_events_by(
      [this](const ActionId& action, const std::string& id) { return is_recorded(action, id); });
}

void Driver::post(core::Event event) {
  events_.push_back(std::move(event));
  wakeup_.notify();
}

Task<int> Driver::run() {
  MACTIOND_ASSERT(runner_ != nullptr);
  keep_log_position();
  if (!held()) catch_up_log();
  while (!finished()) {
    if (!exit_code_) turn();
    if (finished()) break;
    if (!events_.empty() && !exit_code_ && !held()) wakeup_.notify();
    const Now now = parts_.clock.now();
    const Duration limit = until_next(now);
    co_await wakeup_.wait(limit);
    const Duration late = parts_.clock.now().mono - now.mono - limit;
    if (events_.empty() && late >= Duration{}) parts_.metrics.loop_lag(late);
  }
  if (!exit_code_ && !held() && commit_marks()) keep_log_position();
  co_return exit_code_.value_or(0);
}

void Driver::turn() {
  const Now now = parts_.clock.now();
  last_turn_ = now.mono;
  if (grace_ends_ && now.mono >= *grace_ends_) {
    grace_ends_.reset();
    deliveries_.cancel();
  }
  look_at_store(now);
  if (exit_code_) return;
  if (held() && !commit_waiting()) {
    if (!exit_code_) ops::notify_watchdog();
    return;
  }
  follow_log_file(now);
  if (held() || exit_code_) return;
  core::Step sum;
  if (events_.empty()) step(core::Tick{}, now, sum);
  // Within a batch actions are written before they vanish: one that returns waits for the next.
  const auto may_go_on = [&] { return !events_.empty() && sum.writes.vanished.empty(); };
  for (std::size_t i = 0; i < kEventsPerTurn && may_go_on(); ++i) {
    core::Event event = std::move(events_.front());
    events_.pop_front();
    step(std::move(event), now, sum);
  }
  if (!settle(sum)) return;
  ops::notify_watchdog();
  ops::settle_log(now.mono);
  report_status(now);
}

/// After a read that failed the step is not committed: it may hold an event a second time.
bool Driver::is_recorded(const ActionId& action, const std::string& id) {
  const auto found = parts_.store.has_event(action, id);
  if (found) return *found;
  ops::log(core::Note::Level::Error, "store_failed", {{"error", found.error().message()}});
  fail(kExitIo);
  return false;
}

bool Driver::settle(core::Step& sum) {
  if (exit_code_) return false;
  const MonoTime now = parts_.clock.now().mono;
  marks_.take(sum.writes, now);
  const auto is_due = [&](const std::optional<MonoTime>& due) { return due && *due <= now; };
  const bool something_due = is_due(marks_.due()) || is_due(position_due_.due());
  if ((something_due || !sum.writes.empty()) && !commit(sum.writes)) {
    if (!exit_code_) wait_for_store(std::move(sum));
    return false;
  }
  finish(sum);
  return true;
}

void Driver::finish(core::Step& sum) {
  for (const core::Note& note : sum.notes) ops::log(note);
  for (const auto& transition : sum.transitions) {
    parts_.metrics.transition(transition.region, transition.to, transition.lag);
  }
  for (const auto& cancel : sum.cancels) {
    parts_.metrics.cancel(cancel.region, cancel.policy, cancel.result);
  }
  for (const auto& removal : sum.removals) {
    parts_.metrics.removed(removal.webhook, removal.reason, removal.count);
  }
  write_log(sum.writes.events);
  start(std::move(sum.commands));
}

std::optional<Error> Driver::refusal() const {
  if (exit_code_ || stopping_) return Error(Errc::Cancelled, "the daemon is stopping");
  if (held()) return Error(Errc::StoreFailed, waiting_ ? kLocked : trouble());
  return std::nullopt;
}

Result<core::Reply> Driver::operate(core::Event request) {
  if (const auto refused = refusal()) return *refused;
  core::Step sum;
  step(std::move(request), parts_.clock.now(), sum);
  MACTIOND_ASSERT(sum.reply);
  core::Reply reply = std::move(*sum.reply);
  if (!settle(sum)) {
    return Error(Errc::StoreFailed, exit_code_ ? "the request was not stored" : kStoredLater);
  }
  wakeup_.notify();
  return reply;
}

Result<void> Driver::reconfigure(core::Options next, const std::function<void()>& take_over) {
  if (const auto refused = refusal()) return *refused;
  core::Snapshot added;
  // Also a trial: what follows must not meet a lock of another program.
  const bool free = store_is_free() && commit_marks();
  if (!free) return Error(Errc::StoreFailed, "the deliveries made were not stored");
  if (!parts_.engine.knows_all_of(next)) {
    auto stored = parts_.store.load();
    if (!stored) return stored.error();
    added = std::move(*stored);
  }
  core::Step sum = parts_.engine.reconfigure(std::move(next), added, parts_.clock.now());
  std::vector<core::Command> commands = std::exchange(sum.commands, {});
  if (!settle(sum)) {
    // The engine has the new options already: they and the old parts do not belong together.
    fail(kExitIo);
    return Error(Errc::StoreFailed, "the change was not stored");
  }
  take_over();
  start(std::move(commands));
  wakeup_.notify();
  return {};
}

void Driver::report_status(Now now) {
  if (stopping_ || now.mono - status_reported_ < kStatusEvery) return;
  status_reported_ = now.mono;
  std::string line = ops::status_line(parts_.engine.status(now));
  if (line == status_line_) return;
  ops::notify_status(line);
  status_line_ = std::move(line);
}

void Driver::step(core::Event event, Now now, core::Step& sum) {
  core::Step step = parts_.engine.on(std::move(event), now);
  append(sum.writes, std::move(step.writes));
  append(sum.commands, std::move(step.commands));
  append(sum.notes, std::move(step.notes));
  append(sum.transitions, std::move(step.transitions));
  append(sum.cancels, std::move(step.cancels));
  if (step.reply) sum.reply = std::move(step.reply);
  append(sum.removals, std::move(step.removals));
}

bool Driver::commit(core::Batch& writes) {
  const MonoTime began = parts_.clock.now().mono;
  marks_.give(writes);
  const bool with_position = !writes.events.empty() || position_due_.due();
  const auto position = with_position ? std::optional(log_position()) : std::nullopt;
  const auto committed = parts_.store.commit(writes, position);
  if (!committed && parts_.store.locked_out()) return false;
  if (!committed) {
    // The engine is ahead of the store now; only a restart brings them together again.
    ops::log(core::Note::Level::Error, "store_failed", {{"error", committed.error().message()}});
    fail(kExitIo);
    return false;
  }
  if (position) position_due_.committed();
  parts_.metrics.commit(parts_.clock.now().mono - began);
  return true;
}

bool Driver::store_is_free() {
  keep_log_position();
  return position_kept_ && !exit_code_;
}

bool Driver::commit_marks() {
  if (marks_.empty()) return true;
  core::Step step;
  if (commit(step.writes)) return true;
  if (!exit_code_) wait_for_store(std::move(step));
  return false;
}

void Driver::write_log(const std::vector<core::EventRecord>& fresh) {
  if (fresh.empty()) return;
  for (const auto& told : on_events_) told();
  // Some events take their document from the store, and a log that lags must not skip.
  const bool complete = std::all_of(fresh.begin(), fresh.end(), [](const auto& event) {
    return event.action.value.empty() || !event.document.empty();
  });
  if (!complete || fresh.front().seq != parts_.log.position().first_seq) {
    if (!log_retry_at_) catch_up_log();
    return;
  }
  const auto written = append_lines(fresh);
  if (!written) log_failed(written.error());
}

Result<void> Driver::append_lines(const std::vector<core::EventRecord>& events) {
  const ops::LogFilePosition before = parts_.log.position();
  auto written = parts_.log.append(events);
  if (parts_.log.position() != before) position_due_.moved(parts_.clock.now().mono);
  return written;
}

void Driver::catch_up_log() {
  while (true) {
    auto events = parts_.store.load_events(parts_.log.position().first_seq, kLogChunk);
    if (!events) {
      log_failed(events.error());
      return;
    }
    if (events->empty()) break;
    const auto written = append_lines(*events);
    if (!written) {
      log_failed(written.error());
      return;
    }
  }
  if (log_retry_at_) {
    ops::log(core::Note::Level::Info, "transition_log_recovered", {});
    log_retry_at_.reset();
    log_trouble_.clear();
  }
}

void Driver::log_failed(const Error& error) {
  if (!log_retry_at_) {
    ops::log(core::Note::Level::Error, "transition_log_failed",
             {{"error", error.message()}, {"retry", "5s"}});
  }
  log_retry_at_ = parts_.clock.now().mono + kLogRetry;
  log_trouble_ = error.message();
}

void Driver::follow_log_file(Now now) {
  const bool retry = log_retry_at_ && now.mono >= *log_retry_at_;
  const bool look = now.mono - log_checked_ >= kLogCheck;
  if (!reopen_log_ && !retry && !look) return;
  log_checked_ = now.mono;
  if (reopen_log_ || parts_.log.moved()) static_cast<void>(reopen_log_file());
  if (retry) catch_up_log();
}

Result<void> Driver::reopen_log_file() {
  reopen_log_ = false;
  auto reopened = parts_.log.reopen();
  if (reopened) {
    keep_log_position();
  } else {
    log_failed(reopened.error());
  }
  return reopened;
}

Result<void> Driver::reopen_log_now() {
  if (held()) return Error(Errc::StoreFailed, waiting_ ? kLocked : trouble());
  if (auto reopened = reopen_log_file(); !reopened) return reopened;
  if (held()) return {};
  catch_up_log();
  return {};
}

void Driver::keep_log_position() {
  const auto kept = parts_.store.commit({}, log_position());
  position_kept_ = kept.has_value();
  if (kept) {
    position_due_.committed();
    return;
  }
  if (parts_.store.locked_out()) {
    // No line may be written before it is known where the file stands.
    if (!waiting_) wait_for_store({});
    return;
  }
  ops::log(core::Note::Level::Error, "store_failed", {{"error", kept.error().message()}});
  fail(kExitIo);
}

/// False if it could not be read. It may be tried again where another program holds the store.
template <class Answer>
bool Driver::answer_from_store(Result<Answer> answer) {
  if (answer) {
    post(std::move(*answer));
    return true;
  }
  if (parts_.store.locked_out()) {
    wait_for_store({});
    return false;
  }
  ops::log(core::Note::Level::Error, "store_failed", {{"error", answer.error().message()}});
  fail(kExitIo);
  return false;
}

void Driver::start(std::vector<core::Command> commands) {
  for (auto at = commands.begin(); at != commands.end(); ++at) {
    core::Command& command = *at;
    bool done = true;
    if (const auto* load = std::get_if<core::LoadDeliveries>(&command)) {
      done = commit_marks() && answer_from_store(parts_.store.load_deliveries(*load));
    } else if (const auto* oldest = std::get_if<core::LoadOldest>(&command)) {
      done = commit_marks() && answer_from_store(parts_.store.load_oldest(*oldest));
    } else {
      runner_->start(std::move(command), reads_, deliveries_);
    }
    if (done) continue;
    if (waiting_) {
      waiting_->commands.assign(std::make_move_iterator(at),
                                std::make_move_iterator(commands.end()));
    }
    return;
  }
}

void Driver::stop() {
  if (stopping_) return;
  stopping_ = true;
  post(core::StopRequested{});
  reads_.cancel();
  grace_ends_ = parts_.clock.now().mono + kDeliveryGrace;
  wakeup_.notify();
}

void Driver::task_failed(const char* task, const std::exception_ptr& failure) {
  ops::log(core::Note::Level::Error, "task_failed",
           {{"task", task}, {"error", exception_text(failure)}});
  fail(kExitSoftware);
}

void Driver::fail(int exit_code) {
  if (exit_code_) return;
  exit_code_ = exit_code;
  reads_.cancel();
  deliveries_.cancel();
  wakeup_.notify();
}

bool Driver::finished() const {
  if (!reads_.empty() || !deliveries_.empty()) return false;
  // What cannot be stored is decided again by the next process.
  if (exit_code_ || (stopping_ && !store_gone_.empty())) return true;
  if (waiting_) return stopping_ && !grace_ends_;
  return stopping_ && events_.empty();
}

Duration Driver::until_next(Now now) const {
  MonoTime next = now.mono + kTurnAtLeast;
  if (!store_gone_.empty()) return kTurnAtLeast;
  if (waiting_) return kCommitRetry;
  const bool beside = !parts_.store.is_checked() || !parts_.store.is_pruned();
  if (beside) next = now.mono + kBesidePause;
  if (const auto wake = parts_.engine.wake_at()) next = std::min(next, *wake);
  if (log_retry_at_) next = std::min(next, *log_retry_at_);
  if (grace_ends_) next = std::min(next, *grace_ends_);
  if (marks_.due()) next = std::min(next, *marks_.due());
  if (position_due_.due()) next = std::min(next, *position_due_.due());
  return std::max(next - now.mono, Duration{});
}

bool Driver::live() const {
  return !exit_code_ && parts_.clock.now().mono - last_turn_ < kLiveWithin;
}

core::EngineStatus Driver::status() const {
  core::EngineStatus status = parts_.engine.status(parts_.clock.now());
  status.log_trouble = trouble();
  return status;
}

store::LogPosition Driver::log_position() const {
  const auto position = parts_.log.position();
  return {position.device, position.inode, position.offset, position.first_seq};
}

}  // namespace mactiond::runtime
