#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "event/event_record.hpp"
#include "ops/position_due.hpp"
#include "ops/transition_log.hpp"
#include "store/store.hpp"

namespace mactiond::runtime {

/// Writes the events of the store to the transition log, in order and without a gap. What cannot be
/// written waits in the store, and is tried again every five seconds.
///
/// The log's position is committed before a line is written to a file that was just opened, with
/// each event, and soon after its line (ops::PositionDue).
class LogWriter {
 public:
  /// Everything referred to outlives the writer.
  LogWriter(const Clock& clock, store::Store& store, ops::TransitionLog& log)
      : clock_(clock), store_(store), log_(log) {}

  /// Events that were just committed. What waits in the store is written before them.
  void write(const std::vector<core::EventRecord>& fresh);
  /// Writes what waits in the store.
  void catch_up();
  /// The log failed, and the time to catch up has come.
  [[nodiscard]] bool is_retry_due(MonoTime now) const { return retry_at_ && now >= *retry_at_; }

  void reopen_soon() { reopen_asked_ = true; }
  /// Whether the file is to be opened again now: by reopen_soon(), or because its path names
  /// another file. The path is looked at every ten seconds.
  [[nodiscard]] bool must_reopen(MonoTime now);
  /// The position must be committed before anything is written. On an error the old file stays in
  /// use.
  [[nodiscard]] Result<void> reopen();

  /// How far the log got.
  [[nodiscard]] store::LogPosition position() const;
  /// When the position must be committed at the latest; nothing if it is.
  [[nodiscard]] std::optional<MonoTime> position_due() const { return position_due_.due(); }
  /// A commit held position().
  void position_committed() { position_due_.committed(); }
  /// Commits position() alone.
  [[nodiscard]] Result<void> keep_position();
  /// False after keep_position() failed: nothing is written then.
  [[nodiscard]] bool is_position_kept() const { return position_kept_; }

  /// Set while lines wait for a log that failed.
  [[nodiscard]] std::optional<MonoTime> retry_at() const { return retry_at_; }
  /// Why the log cannot be written, if it cannot.
  [[nodiscard]] const std::optional<std::string>& trouble() const { return trouble_; }

 private:
  [[nodiscard]] Result<void> append(const std::vector<core::EventRecord>& events);
  void failed(const Error& error);

  const Clock& clock_;
  store::Store& store_;
  ops::TransitionLog& log_;
  ops::PositionDue position_due_;
  bool position_kept_ = true;
  bool reopen_asked_ = false;
  MonoTime looked_{};
  std::optional<MonoTime> retry_at_;
  std::optional<std::string> trouble_;
};

}  // namespace mactiond::runtime
