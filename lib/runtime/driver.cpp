#include "runtime/driver.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "base/error.hpp"
#include "base/exception_text.hpp"
#include "base/exit_code.hpp"
#include "core/step_sum.hpp"
#include "ops/log.hpp"
#include "ops/systemd.hpp"

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;

constexpr Duration kGrace = 5s;
/// Between attempts to commit while another program holds the store's write lock.
constexpr Duration kCommitRetry = 50ms;
/// Between two parts of what is done beside the work: the check of a large store, and retention.
constexpr Duration kBesidePause = 20ms;
/// At most this long between two turns: the watchdog is fed, the log file is checked.
constexpr Duration kTurnAtLeast = 5s;
constexpr Duration kLiveWithin = 60s;
/// Beyond a question's patience: the engine ends it in time, unless the store is held.
constexpr Duration kQuestionGrace = 5s;
/// Events stepped before one commit; bounds how long the loop is held.
constexpr std::size_t kEventsPerTurn = 256;

}  // namespace

Driver::Driver(boost::asio::any_io_executor executor, Parts parts)
    : parts_(parts),
      reads_(
          executor, [this](std::exception_ptr failure) { task_failed("read", failure); },
          [this] { wakeup_.set(); }),
      finishing_(
          executor,
          [this](std::exception_ptr failure) { task_failed("delivery or start", failure); },
          [this] { wakeup_.set(); }),
      wakeup_(executor),
      log_(parts.clock, parts.store, parts.log) {
  parts_.engine.look_up_events_by(
      [this](const ActionId& action, const std::string& id) { return is_recorded(action, id); });
}

void Driver::post(core::Event event) {
  events_.push_back(std::move(event));
  wakeup_.set();
}

Task<int> Driver::run() {
  MACTIOND_ASSERT(runner_ != nullptr);
  keep_log_position();
  log_.catch_up();
  while (!finished()) {
    if (!ending_.exit_code) turn();
    questions_.deliver();
    if (finished()) break;
    const bool more = !events_.empty() && !ending_.exit_code && !hold_.holds();
    if (more || questions_.has_answers()) wakeup_.set();
    const Now now = parts_.clock.now();
    const Duration limit = until_next(now);
    co_await wakeup_.wait_for(limit);
    wakeup_.reset();
    const Duration late = parts_.clock.now().mono - now.mono - limit;
    if (events_.empty() && late >= Duration{}) parts_.metrics.loop_lag(late);
  }
  questions_.end_all({core::Unanswered::Why::Unavailable, "the daemon is stopping"});
  questions_.deliver();
  if (!ending_.exit_code && !hold_.holds() && commit_marks()) keep_log_position();
  co_return ending_.exit_code.value_or(0);
}

void Driver::turn() {
  const Now now = parts_.clock.now();
  last_turn_ = now.mono;
  if (ending_.grace_ends && now.mono >= *ending_.grace_ends) {
    ending_.grace_ends.reset();
    finishing_.cancel();
  }
  look_at_store(now);
  if (ending_.exit_code) return;
  if (hold_.holds() && !commit_waiting()) {
    if (const auto held = hold_.refusal()) {
      questions_.end_late({core::Unanswered::Why::Unavailable, held->where}, now.mono);
    }
    if (!ending_.exit_code) ops::notify_watchdog();
    return;
  }
  follow_log_file(now);
  if (hold_.holds() || ending_.exit_code) return;
  core::Step sum;
  if (events_.empty()) step(core::Tick{}, now, sum);
  // Within a batch actions are written before they vanish: one that returns waits for the next
  // batch.
  const auto may_continue = [&] { return !events_.empty() && sum.writes.vanished.empty(); };
  for (std::size_t i = 0; i < kEventsPerTurn && may_continue(); ++i) {
    core::Event event = std::move(events_.front());
    events_.pop_front();
    step(std::move(event), now, sum);
  }
  if (!commit_and_start(sum)) return;
  ops::notify_watchdog();
  ops::flush_repetitions(now.mono);
  if (!ending_.stopping && status_report_.is_due(now.mono)) {
    status_report_.report(parts_.engine.status(now), now.mono);
  }
}

/// After a read that failed the step is not committed: it may hold an event a second time.
bool Driver::is_recorded(const ActionId& action, const std::string& id) {
  const auto found = parts_.store.has_event(action, id);
  if (found) return *found;
  store_failed(found.error());
  return false;
}

bool Driver::commit_and_start(core::Step& sum) {
  if (ending_.exit_code) return false;
  const MonoTime now = parts_.clock.now().mono;
  marks_.absorb(sum.writes, now);
  const auto is_due = [&](const std::optional<MonoTime>& due) { return due && *due <= now; };
  const bool something_due = is_due(marks_.due()) || is_due(log_.position_due());
  if ((something_due || !sum.writes.empty()) && !commit(sum.writes)) {
    if (!ending_.exit_code) hold_.wait(std::move(sum), now);
    return false;
  }
  finish(sum);
  return true;
}

void Driver::finish(core::Step& sum) {
  for (const core::LogEntry& entry : sum.log_entries) ops::log(entry);
  for (const auto& transition : sum.transitions) {
    parts_.metrics.transition(transition.region, transition.to, transition.lag);
  }
  for (const auto& cancel : sum.cancels) {
    parts_.metrics.cancel(cancel.region, cancel.policy, cancel.result);
  }
  for (const auto& submission : sum.submissions) {
    parts_.metrics.submission(submission.region, submission.type, submission.state);
  }
  for (const auto& removal : sum.removals) {
    parts_.metrics.removed(removal.webhook, removal.reason, removal.count);
  }
  if (!sum.writes.events.empty() || !sum.writes.submissions.empty()) {
    for (const auto& listener : on_events_) listener();
  }
  log_.write(sum.writes.events);
  questions_.answer(std::move(sum.answers));
  start(std::move(sum.commands));
}

std::optional<Error> Driver::refusal() const {
  if (ending_.exit_code || ending_.stopping)
    return Error(Errc::Cancelled, "the daemon is stopping");
  return hold_.refusal();
}

Result<core::Reply> Driver::operate(core::Event request) {
  if (const auto refused = refusal()) return *refused;
  core::Step sum;
  step(std::move(request), parts_.clock.now(), sum);
  MACTIOND_ASSERT(sum.reply);
  core::Reply reply = std::move(*sum.reply);
  if (!commit_and_start(sum)) return not_stored();
  wakeup_.set();
  return reply;
}

void Driver::ask(core::AskQuestion question, QuestionDesk::Done done) {
  if (const auto refused = refusal()) {
    return done(core::Unanswered{core::Unanswered::Why::Unavailable, refused->where});
  }
  const MonoTime until = parts_.clock.now().mono + question.patience;
  question.number = questions_.open(std::move(done), until + kQuestionGrace);
  post(std::move(question));
}

Result<void> Driver::reconfigure(core::Options next, const std::function<void()>& take_over) {
  if (const auto refused = refusal()) return *refused;
  core::Snapshot added;
  // Also a trial: what follows must not meet a lock of another program.
  const bool free = store_is_free() && commit_marks();
  if (hold_.is_gone()) return *hold_.refusal();
  if (!free) return Error(Errc::StoreFailed, "the deliveries made were not stored");
  if (!parts_.engine.knows_all_of(next)) {
    auto stored = parts_.store.load();
    if (!stored) return stored.error();
    added = std::move(*stored);
  }
  core::Step sum = parts_.engine.reconfigure(std::move(next), added, parts_.clock.now());
  std::vector<core::Command> commands = std::exchange(sum.commands, {});
  if (!commit_and_start(sum)) {
    // The engine has the new options already: they and the old parts do not belong together.
    fail(kExitIo);
    return Error(Errc::StoreFailed, "the change was not stored");
  }
  take_over();
  start(std::move(commands));
  wakeup_.set();
  return {};
}

void Driver::step(core::Event event, Now now, core::Step& sum) {
  core::append(sum, parts_.engine.on(std::move(event), now));
}

void Driver::follow_log_file(Now now) {
  const bool retry = log_.is_retry_due(now.mono);
  if (log_.must_reopen(now.mono)) static_cast<void>(reopen_log_file());
  if (retry) log_.catch_up();
}

Result<void> Driver::reopen_log_file() {
  auto reopened = log_.reopen();
  if (reopened) keep_log_position();
  return reopened;
}

Result<void> Driver::reopen_log_now() {
  if (const auto refused = hold_.refusal()) return *refused;
  auto reopened = reopen_log_file();
  if (reopened) log_.catch_up();
  return reopened;
}

void Driver::start(std::vector<core::Command> commands) {
  for (auto at = commands.begin(); at != commands.end(); ++at) {
    const bool started = std::visit([this](auto& command) { return begin(command); }, *at);
    if (started) continue;
    if (hold_.waits())
      hold_.set_commands({std::make_move_iterator(at), std::make_move_iterator(commands.end())});
    return;
  }
}

bool Driver::begin(core::SendDelivery& delivery) {
  finishing_.spawn(runner_->deliveries.run(std::move(delivery)));
  return true;
}

bool Driver::begin(core::StartAction& start) {
  finishing_.spawn(runner_->calls.run(std::move(start)));
  return true;
}

template <class Call>
bool Driver::begin(Call& call) {
  reads_.spawn(runner_->calls.run(std::move(call)));
  return true;
}

void Driver::stop() {
  if (ending_.stopping) return;
  ending_.stopping = true;
  post(core::StopRequested{});
  reads_.cancel();
  ending_.grace_ends = parts_.clock.now().mono + kGrace;
  wakeup_.set();
}

void Driver::task_failed(const char* task, const std::exception_ptr& failure) {
  ops::log(core::LogEntry::Level::Error, "task_failed",
           {{"task", task}, {"error", exception_text(failure)}});
  fail(kExitSoftware);
}

void Driver::fail(int exit_code) {
  if (ending_.exit_code) return;
  ending_.exit_code = exit_code;
  reads_.cancel();
  finishing_.cancel();
  wakeup_.set();
}

bool Driver::finished() const {
  if (!reads_.empty() || !finishing_.empty()) return false;
  // What cannot be stored is decided again by the next process.
  if (ending_.exit_code || (ending_.stopping && hold_.is_gone())) return true;
  if (hold_.waits()) return ending_.stopping && !ending_.grace_ends;
  return ending_.stopping && events_.empty();
}

Duration Driver::until_next(Now now) const {
  MonoTime next = now.mono + kTurnAtLeast;
  if (hold_.is_gone()) return kTurnAtLeast;
  if (hold_.waits()) return kCommitRetry;
  const bool beside = !parts_.store.is_checked() || !parts_.store.is_pruned();
  if (beside) next = now.mono + kBesidePause;
  for (const auto& due : {parts_.engine.wake_at(), log_.retry_at(), ending_.grace_ends,
                          marks_.due(), log_.position_due()}) {
    if (due) next = std::min(next, *due);
  }
  return std::max(next - now.mono, Duration{});
}

bool Driver::live() const {
  return !ending_.exit_code && parts_.clock.now().mono - last_turn_ < kLiveWithin;
}

core::EngineStatus Driver::status() const {
  core::EngineStatus status = parts_.engine.status(parts_.clock.now());
  status.log_trouble = trouble();
  return status;
}

}  // namespace mactiond::runtime
