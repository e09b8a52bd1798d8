#include "startup.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "base/exit_code.hpp"
#include "base/iso_time.hpp"
#include "core/recovery.hpp"
#include "engine_options.hpp"
#include "ops/log.hpp"
#include "ops/log_history.hpp"
#include "ops/systemd.hpp"
#include "random_bits.hpp"

namespace mactiond::daemon {
namespace {

int exit_code_of(const Error& error) {
  if (error.code == Errc::StoreInUse || error.code == Errc::AddressInUse) return kExitUnavailable;
  // Only a newer program can read it: a restart would not help.
  if (error.code == Errc::StoreTooNew) return kExitDataError;
  return kExitCantCreate;
}

NotUsable store_refused(const Error& error) { return {"store_not_usable", error}; }
NotUsable log_refused(const Error& error) { return {"transition_log_not_usable", error}; }

/// 20261130T101500Z
std::string file_stamp(WallTime time) {
  constexpr std::size_t kToSeconds = 19;
  std::string text = format_iso_time(time).substr(0, kToSeconds) + 'Z';
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

std::optional<Error> unread(ops::PastLines& past, const char* store) {
  const std::string file = past.unread_rotation();
  if (file.empty()) return std::nullopt;
  return Error(
      Errc::PathNotUsable,
      file + ": the store is " + store +
          ", and this rotated file cannot be read to its end: unpack it, or move it away " +
          "to continue without it");
}

/// Where a damaged store takes up the log.
Result<std::optional<std::uint64_t>> last_logged(ops::PastLines& past) {
  if (const auto error = unread(past, "damaged")) return *error;
  return past.last_seq();
}

Result<store::Store> open_store(const config::Config& config, ops::PastLines& past, WallTime now) {
  store::Store::Opening opening;
  opening.stamp = file_stamp(now);
  opening.logged = [&past] { return last_logged(past); };
  return store::Store::open(config.daemon.state_dir, opening);
}

/// The store may lack what was logged, and that cannot be read.
std::optional<Error> unknown_past(ops::PastLines& past, const core::StoreFound& found) {
  if (!core::depends_on_log(found)) return std::nullopt;
  return unread(past, found.damaged ? "damaged" : "new");
}

/// committed: nothing where the store does not know how far the log got.
/// logged: the last event in the log, where the store does not know it better.
Result<ops::TransitionLog> open_log(const config::TransitionLog& config,
                                    const std::optional<store::LogPosition>& committed,
                                    std::uint64_t last_seq, std::uint64_t logged,
                                    ops::PastLines& past) {
  ops::LogOpening opening{config.path, config.sync, config.format};
  if (committed) {
    opening.committed = {committed->device, committed->inode, committed->offset,
                         committed->first_seq};
  }
  opening.last_seq = std::max(last_seq, logged);
  opening.first = logged + 1;
  opening.past = &past;
  return ops::TransitionLog::open(opening);
}

}  // namespace

int report(const NotUsable& refused) {
  ops::log(core::LogEntry::Level::Error, refused.event, {{"error", refused.error.message()}});
  return exit_code_of(refused.error);
}

std::variant<Opened, NotUsable> open_state(const config::Config& config, const Clock& clock) {
  ops::PastLines past(config.transition_log.path, ops::notify_starting);
  auto store = open_store(config, past, clock.now().wall);
  if (!store) return store_refused(store.error());
  auto snapshot = store->load();
  if (!snapshot) return store_refused(snapshot.error());
  const auto found = store->found();
  if (!found) return store_refused(found.error());
  const std::uint64_t last_seq = snapshot->last_seq;
  if (const auto error = unknown_past(past, *found)) return log_refused(*error);

  const core::Options options = engine_options(config);
  const auto log_end = past.last_seq();
  auto recovered = core::judge_store(*found, log_end);
  if (recovered && !found->damaged) {
    const auto kept = store->count_rows();
    if (!kept) return store_refused(kept.error());
    recovered->kept = *kept;
  }
  const std::uint64_t known = recovered ? recovered->after_seq : last_seq;
  const std::uint64_t logged = log_end.value_or(known);
  auto position = store->load_log_position();
  if (!position) return store_refused(position.error());
  if (recovered) position->reset();
  auto log = open_log(config.transition_log, *position, last_seq, logged, past);
  if (!log) return log_refused(log.error());
  if (recovered || core::is_fresh(*snapshot, clock.now().wall)) {
    core::LogHistory history = past.history();
    if (recovered) recovered->quiet = core::quiet_times(options.regions, *found, history);
    snapshot->logged = std::move(history.ids);
  }

  Opened opened;
  opened.store = std::make_unique<store::Store>(std::move(*store));
  opened.log = std::make_unique<ops::TransitionLog>(std::move(*log));
  opened.engine =
      std::make_unique<core::Engine>(options, std::move(*snapshot), random_bits(), clock.now());
  opened.recovered = std::move(recovered);
  opened.first_unsent = std::max(logged, last_seq) + 1;
  return opened;
}

}  // namespace mactiond::daemon
