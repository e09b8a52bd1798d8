#include <utility>

#include "base/exit_code.hpp"
#include "ops/log.hpp"
#include "runtime/driver.hpp"

// What the driver does while the store cannot be written, and how it notices.

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;

constexpr Duration kStoreCheck = 4s;
constexpr Duration kLockedWarning = 2s;
constexpr Duration kLockedTrouble = 30s;
constexpr const char* kLockedText = "another program holds the store's write lock";

std::string gone_text(const std::string& file) {
  return file +
         " was removed or replaced; nothing is called, delivered or logged until mactiond is "
         "restarted";
}

}  // namespace

void Driver::wait_for_store(core::Step step) {
  if (!waiting_) waiting_since_ = parts_.clock.now().mono;
  waiting_ = std::move(step);
}

/// Tries again to store what waits. False while nothing else may be done.
bool Driver::commit_waiting() {
  if (!store_gone_.empty()) return false;
  if (!position_kept_) keep_log_position();
  core::Step step = std::move(*waiting_);
  const bool stored = position_kept_ && commit(step.writes);
  if (exit_code_) return false;
  const Duration waited = parts_.clock.now().mono - waiting_since_;
  if (!stored) {
    waiting_ = std::move(step);
    if (waited < kLockedWarning || std::exchange(waiting_reported_, true)) return false;
    ops::log(core::Note::Level::Warning, "store_locked",
             {{"error", std::string(kLockedText) + "; nothing is begun until it is released"}});
    return false;
  }
  waiting_.reset();
  if (std::exchange(waiting_reported_, false)) {
    ops::log(core::Note::Level::Info, "store_unlocked",
             {{"after", std::to_string(to_seconds(waited)) + "s"}});
  }
  finish(step);
  if (!held() && !log_retry_at_) catch_up_log();
  return !held() && !exit_code_;
}

/// Whether the files are still those that were opened, and no read met damage. What is old is
/// removed and a large store is read beside the work, a part at a time.
void Driver::look_at_store(Now now) {
  for (const std::string& complaint : parts_.store.take_complaints()) {
    ops::log(core::Note::Level::Error, "store_row_left_out", {{"error", complaint}});
  }
  auto done = Result<void>();
  if (events_.empty() && !held()) done = parts_.store.check_some();
  if (done && events_.empty() && !held()) done = parts_.store.prune_some();
  if (parts_.store.damaged()) {
    ops::log(core::Note::Level::Error, "store_failed",
             {{"error", "the store is damaged; the next start recovers what can be read"}});
    return fail(kExitIo);
  }
  if (!done) {
    ops::log(core::Note::Level::Error, "store_failed", {{"error", done.error().message()}});
    return fail(kExitIo);
  }
  if (!store_gone_.empty() || now.mono - store_checked_ < kStoreCheck) return;
  store_checked_ = now.mono;
  store_gone_ = parts_.store.missing_file();
  if (store_gone_.empty()) return;
  reads_.cancel();
  deliveries_.cancel();
  ops::log(core::Note::Level::Error, "store_gone",
           {{"file", store_gone_}, {"error", gone_text(store_gone_)}});
}

std::string Driver::trouble() const {
  if (!store_gone_.empty()) {
    return "the store: " + gone_text(store_gone_);
  }
  if (waiting_ && parts_.clock.now().mono - waiting_since_ >= kLockedTrouble) {
    return kLockedText;
  }
  return log_trouble_.empty() ? std::string() : "transition log: " + log_trouble_;
}

}  // namespace mactiond::runtime
