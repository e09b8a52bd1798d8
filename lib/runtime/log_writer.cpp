#include "runtime/log_writer.hpp"

#include <algorithm>
#include <chrono>

#include "ops/log.hpp"

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;
using Level = core::LogEntry::Level;

constexpr Duration kRetry = 5s;
constexpr Duration kLookEvery = 10s;
constexpr int kChunk = 500;

/// Some events take their document from the store.
bool is_complete(const core::EventRecord& event) {
  return event.action.value.empty() || !event.document.empty();
}

}  // namespace

void LogWriter::write(const std::vector<core::EventRecord>& fresh) {
  if (fresh.empty() || !position_kept_) return;
  const bool complete = std::all_of(fresh.begin(), fresh.end(), is_complete);
  // A log that lags must not skip.
  if (!complete || fresh.front().seq != log_.position().first_seq) {
    if (!retry_at_) catch_up();
    return;
  }
  const auto written = append(fresh);
  if (!written) failed(written.error());
}

Result<void> LogWriter::append(const std::vector<core::EventRecord>& events) {
  const ops::LogFilePosition before = log_.position();
  auto written = log_.append(events);
  if (log_.position() != before) position_due_.moved(clock_.now().mono);
  return written;
}

void LogWriter::catch_up() {
  while (position_kept_) {
    auto events = store_.load_events(log_.position().first_seq, kChunk);
    if (!events) return failed(events.error());
    if (events->empty()) break;
    const auto written = append(*events);
    if (!written) return failed(written.error());
  }
  if (!position_kept_ || !retry_at_) return;
  ops::log(Level::Info, "transition_log_recovered", {});
  retry_at_.reset();
  trouble_.reset();
}

void LogWriter::failed(const Error& error) {
  if (!retry_at_) {
    ops::log(Level::Error, "transition_log_failed", {{"error", error.message()}, {"retry", "5s"}});
  }
  retry_at_ = clock_.now().mono + kRetry;
  trouble_ = error.message();
}

bool LogWriter::must_reopen(MonoTime now) {
  if (!reopen_asked_ && !is_retry_due(now) && now - looked_ < kLookEvery) return false;
  looked_ = now;
  return reopen_asked_ || log_.moved();
}

Result<void> LogWriter::reopen() {
  reopen_asked_ = false;
  auto reopened = log_.reopen();
  if (!reopened) failed(reopened.error());
  return reopened;
}

store::LogPosition LogWriter::position() const {
  const auto position = log_.position();
  return {position.device, position.inode, position.offset, position.first_seq};
}

Result<void> LogWriter::keep_position() {
  auto kept = store_.commit({}, position());
  position_kept_ = kept.has_value();
  if (kept) position_due_.committed();
  return kept;
}

}  // namespace mactiond::runtime
