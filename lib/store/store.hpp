#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "core/batch.hpp"
#include "core/command.hpp"
#include "core/event.hpp"
#include "core/read_view.hpp"
#include "core/recovery.hpp"
#include "core/snapshot.hpp"
#include "core/submission_view.hpp"

namespace mactiond::store {

/// The position of the transition log. Written in the transaction of the events themselves: after a
/// crash the file is read from offset on, and the whole lines found there are first_seq, +1, …
struct LogPosition {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;     ///< everything before it is written (and synced, if syncing is on)
  std::uint64_t first_seq = 1;  ///< the event whose line starts at offset
};

/// The SQLite file behind the engine: WAL, synchronous FULL, one transaction per step.
class Store {
 public:
  struct Opening {
    /// Names what is set aside; without it a damaged store is an error.
    std::string stamp;
    /// The log's last event. Called once the lock is held, and only for a damaged store. After its
    /// error nothing was changed.
    std::function<Result<std::optional<std::uint64_t>>()> logged;
  };
  /// Opens or creates `<state_dir>/store.db` and takes the lock file beside it. A damaged file is
  /// set aside and what can still be read is carried over (store/salvage.hpp). Errc::StoreInUse if
  /// another process holds the lock, StoreTooNew for a schema from the future, PathNotUsable /
  /// StoreFailed otherwise. Path and cause are in `where`.
  [[nodiscard]] static Result<Store> open(const std::string& state_dir, const Opening& opening);
  /// The same, but a damaged file is Errc::StoreCorrupt and stays where it is.
  [[nodiscard]] static Result<Store> open(const std::string& state_dir);
  /// The same without file or lock; for tests and the simulator.
  [[nodiscard]] static Result<Store> open_in_memory();

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  /// How the store was found, for core/recovery.hpp to judge.
  [[nodiscard]] Result<core::StoreFound> found();
  /// The number for `kept` of a recovery. Reads whole tables, so only a recovery calls it.
  [[nodiscard]] Result<std::int64_t> count_rows();
  [[nodiscard]] Result<core::Snapshot> load();

  /// All rows or none. Durable when it returns. After an error nothing of the batch is in the
  /// store, and the caller must not start the commands. Asserts that events follow the last
  /// committed seq without a gap.
  [[nodiscard]] Result<void> commit(const core::Batch& batch,
                                    const std::optional<LogPosition>& log = std::nullopt);

  /// The oldest deliveries of a webhook with due <= due_until that are the first of their
  /// (webhook, action), ordered by due, then seq; at most limit. And when the next becomes due.
  /// With oldest only the one with the lowest seq, or when it becomes due.
  [[nodiscard]] Result<core::DeliveriesLoaded> load_deliveries(const core::LoadDeliveries& command);

  /// At most limit, the oldest first, only those from before `before`.
  [[nodiscard]] Result<core::OldestLoaded> load_oldest(const core::LoadOldest& command);

  /// Events with seq >= first, in order, at most limit.
  [[nodiscard]] Result<std::vector<core::EventRecord>> load_events(std::uint64_t first, int limit);

  /// Whether it holds an event about this action with this id.
  [[nodiscard]] Result<bool> has_event(const ActionId& action, const std::string& id);

  /// Every decision to cancel this action, oldest first.
  [[nodiscard]] Result<std::vector<core::Decision>> load_decisions(const std::string& region,
                                                                   const ActionId& action);

  /// The first event that a syslog receiver lacks; nothing if it is not known.
  [[nodiscard]] Result<std::optional<std::uint64_t>> load_syslog_position(const std::string& name);
  [[nodiscard]] Result<void> keep_syslog_position(const std::string& name, std::uint64_t next);
  /// The positions of other receivers go, and with them the events kept for them.
  [[nodiscard]] Result<void> forget_syslog_except(const std::vector<std::string>& names);

  /// Nothing before the first commit with a position.
  [[nodiscard]] Result<std::optional<LogPosition>> load_log_position();

  /// When the oldest waiting delivery first became due, whatever its retries; for the age gauge.
  /// Nothing if the queue is empty.
  [[nodiscard]] Result<std::optional<WallTime>> oldest_queued(const std::string& webhook);

  /// Damage was met since the store was opened. The next open() goes by a mark that it left beside
  /// the file: a check need not meet the damage again.
  [[nodiscard]] bool damaged() const;
  /// The last failure was another program's write lock: the same may be tried again.
  [[nodiscard]] bool locked_out() const;
  /// A commit met content that is not what was committed last: nothing more can be stored.
  [[nodiscard]] bool replaced() const;
  /// Looks which of the store's files was removed, replaced or overwritten since it was opened, if
  /// one was. After other content was found, replaced() stays true.
  [[nodiscard]] std::optional<std::string> check_files();
  /// Reads the next rows of a store that was too large to be read whole at start; a few
  /// milliseconds of them. After an error, but for another program's lock, it reads no more.
  [[nodiscard]] Result<void> check_some();
  /// All rows were read, or none need be read.
  [[nodiscard]] bool is_checked() const;
  /// Removes the next rows of what a commit with prune_before named; a few milliseconds of them.
  /// Does nothing while another program holds the write lock.
  [[nodiscard]] Result<void> prune_some();
  /// Nothing is left to remove.
  [[nodiscard]] bool is_pruned() const;
  /// What was left out because no program of ours wrote it, in words: what is new since the last
  /// call.
  [[nodiscard]] std::vector<std::string> take_complaints();

  // What operators read: store/reader.hpp.
  [[nodiscard]] Result<core::ActionPage> find_actions(const core::ActionFilter& filter);
  [[nodiscard]] Result<std::vector<core::ActionView>> find_action(const std::string& id);
  [[nodiscard]] Result<std::vector<core::ActionPlace>> find_places(const std::string& id_prefix);
  [[nodiscard]] Result<bool> occurs(core::ActionField field, const std::string& text);
  [[nodiscard]] Result<std::vector<core::EventRecord>> load_history(const core::ActionView& action);
  [[nodiscard]] Result<std::vector<core::EventRecord>> find_events(const core::EventFilter& filter);
  [[nodiscard]] Result<core::DeadLetterPage> find_dead_letters(
      const core::DeadLetterFilter& filter);
  [[nodiscard]] Result<std::optional<core::DeadLetterView>> find_dead_letter(
      const std::string& webhook, std::uint64_t seq);
  [[nodiscard]] Result<core::SubmissionPage> find_submissions(const core::SubmissionFilter& filter);
  [[nodiscard]] Result<std::optional<core::Submission>> find_submission(const std::string& id);
  /// store/machine_names.hpp.
  [[nodiscard]] Result<std::vector<core::KnownMachine>> find_machine_ids(const std::string& region,
                                                                         const std::string& name);
  [[nodiscard]] Result<std::optional<core::KnownMachine>> find_machine(const std::string& region,
                                                                       const std::string& id);

 private:
  struct Impl;
  [[nodiscard]] static Result<std::unique_ptr<Impl>> open_file(const std::string& path);
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mactiond::store
