#include <utility>

#include "base/exit_code.hpp"
#include "ops/log.hpp"
#include "runtime/driver.hpp"

// What the driver stores and reads, and what it does while it cannot.

namespace mactiond::runtime {
namespace {

constexpr const char* kStoredLater =
    "another program holds the store's write lock; the request is carried out once it is released";

}  // namespace

/// False if nothing was stored: the step must wait, or the daemon ends.
bool Driver::commit(core::Batch& writes) {
  const MonoTime began = parts_.clock.now().mono;
  marks_.drain_into(writes);
  const bool with_position = !writes.events.empty() || log_.position_due();
  const auto position = with_position ? std::optional(log_.position()) : std::nullopt;
  const auto committed = parts_.store.commit(writes, position);
  if (!committed) {
    // The engine is ahead of the store now; only a restart brings them together again.
    write_failed(committed.error());
    return false;
  }
  if (position) log_.position_committed();
  parts_.metrics.commit(parts_.clock.now().mono - began);
  return true;
}

bool Driver::commit_marks() {
  if (marks_.empty()) return true;
  core::Step step;
  if (commit(step.writes)) return true;
  if (!ending_.exit_code) hold_.wait(std::move(step), parts_.clock.now().mono);
  return false;
}

bool Driver::store_is_free() {
  keep_log_position();
  return log_.is_position_kept() && !ending_.exit_code;
}

void Driver::keep_log_position() {
  const auto kept = log_.keep_position();
  if (kept) return;
  write_failed(kept.error());
  if (ending_.exit_code) return;
  // No line may be written before the file's position is known.
  if (!hold_.holds()) hold_.wait({}, parts_.clock.now().mono);
}

/// Tries again to store the waiting step. False while nothing else may be done.
bool Driver::commit_waiting() {
  if (hold_.is_gone()) return false;
  if (!log_.is_position_kept()) keep_log_position();
  core::Step step = hold_.take();
  const bool stored = log_.is_position_kept() && commit(step.writes);
  if (ending_.exit_code) return false;
  const MonoTime now = parts_.clock.now().mono;
  if (!stored) {
    hold_.wait(std::move(step), now);
    return false;
  }
  hold_.release(now);
  finish(step);
  if (!hold_.holds() && !log_.retry_at()) log_.catch_up();
  return !hold_.holds() && !ending_.exit_code;
}

/// Whether the files are still those that were opened, and no read met damage. Old rows are removed
/// and a large store is read beside the work, a part at a time.
void Driver::look_at_store(Now now) {
  for (const std::string& complaint : parts_.store.take_complaints()) {
    ops::log(core::LogEntry::Level::Error, "store_row_left_out", {{"error", complaint}});
  }
  auto done = Result<void>();
  if (events_.empty() && !hold_.holds()) done = parts_.store.check_some();
  if (done && events_.empty() && !hold_.holds()) done = parts_.store.prune_some();
  if (parts_.store.damaged()) {
    ops::log(core::LogEntry::Level::Error, "store_failed",
             {{"error", "the store is damaged; the next start recovers what can be read"}});
    return fail(kExitIo);
  }
  if (!done) write_failed(done.error());
  if (!ending_.exit_code) look_for_files(now.mono);
}

void Driver::look_for_files(MonoTime now) {
  if (!hold_.look(parts_.store, now)) return;
  reads_.cancel();
  finishing_.cancel();
}

/// It can be tried again, or the store is gone, or the daemon ends.
void Driver::write_failed(const Error& error) {
  if (parts_.store.replaced()) {
    look_for_files(parts_.clock.now().mono);
  } else if (!parts_.store.locked_out()) {
    store_failed(error);
  }
}

void Driver::store_failed(const Error& error) {
  ops::log(core::LogEntry::Level::Error, "store_failed", {{"error", error.message()}});
  fail(kExitIo);
}

/// Why a request got no answer.
Error Driver::not_stored() const {
  if (ending_.exit_code) return {Errc::StoreFailed, "the request was not stored"};
  if (hold_.is_gone()) return *hold_.refusal();
  return {Errc::StoreFailed, kStoredLater};
}

/// False if it could not be read. It may be tried again where another program holds the store.
template <class Answer>
bool Driver::answer_from_store(Result<Answer> answer) {
  if (answer) {
    post(std::move(*answer));
    return true;
  }
  write_failed(answer.error());
  if (!ending_.exit_code && !hold_.is_gone()) hold_.wait({}, parts_.clock.now().mono);
  return false;
}

bool Driver::begin(core::LoadDeliveries& read) {
  return commit_marks() && answer_from_store(parts_.store.load_deliveries(read));
}

bool Driver::begin(core::LoadOldest& read) {
  return commit_marks() && answer_from_store(parts_.store.load_oldest(read));
}

std::optional<std::string> Driver::trouble() const {
  auto trouble = hold_.trouble(parts_.clock.now().mono);
  if (trouble || !log_.trouble()) return trouble;
  return "transition log: " + *log_.trouble();
}

}  // namespace mactiond::runtime
