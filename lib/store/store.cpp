#include "store/store.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "store/damage_mark.hpp"
#include "store/event_row.hpp"
#include "store/snapshot_rows.hpp"
#include "store/store_impl.hpp"
#include "store/webhook_rows.hpp"

namespace mactiond::store {
namespace {

constexpr const char* kReplaced = "another program replaced its content";

}  // namespace

core::Snapshot Store::Impl::read_snapshot() {
  core::Snapshot snapshot;
  snapshot.last_seq = last_seq;
  snapshot.regions = read_regions(*database);
  snapshot.quotas = read_quotas(*database);
  snapshot.actions = read_actions(*database);
  snapshot.webhooks = read_webhooks(*database);
  cancels.load(snapshot);
  submissions.load(snapshot);
  machines.load(snapshot);
  recovery.load(snapshot);
  return snapshot;
}

/// What cannot be read becomes a dead letter, and the action's next event follows.
Result<void> Store::Impl::bury(const std::string& webhook, const std::vector<BadEvent>& bad,
                               WallTime now) {
  core::Batch batch;
  for (const BadEvent& event : bad) {
    batch.ends.push_back({webhook, event.seq, event.attempts, true, event.reason, now});
  }
  auto written = in_transaction([&] { writer.write(batch, last_seq); });
  if (!written) return written;
  for (const BadEvent& event : bad) {
    complaints.add("event " + std::to_string(event.seq) + " for webhook " + webhook + ": " +
                   event.reason);
  }
  return {};
}

Error Store::Impl::failed(const SQLite::Exception& failure) {
  const Error error = to_error(failure, path);
  locked_out = (failure.getErrorCode() & 0xff) == SQLITE_BUSY;
  disk_full = (failure.getErrorCode() & 0xff) == SQLITE_FULL;
  if (error.code != make_error_code(Errc::StoreCorrupt) || damaged) return error;
  damaged = true;
  if (directory) put_damage_mark(path, failure.what());
  return error;
}

void Store::Impl::begin_writing() {
  ahead.reset();
  begin.run();
  if (counter_fits()) return;
  content_replaced();
  throw SQLite::Exception(kReplaced);
}

bool Store::Impl::counter_fits() {
  Rows row = select_last_seq.query();
  return row.next() && row.number(0) == last_seq;
}

void Store::Impl::content_replaced() {
  if (std::exchange(replaced, true) || !directory) return;
  put_damage_mark(path, kReplaced);
  checkpoint_at_close(*database, false);
}

void Store::Impl::write(const core::Batch& batch, const std::optional<LogPosition>& log) {
  begin_writing();
  recovery.write(batch);
  writer.write(batch, batch.recovery ? std::max(last_seq, batch.recovery->after_seq) : last_seq);
  cancels.write(batch);
  submissions.write(batch);
  machines.write(batch);
  if (log) positions.write_log(*log);
  end.run();
  if (batch.prune_before) retention.begin(*batch.prune_before);
}

void Store::Impl::roll_back() {
  // SQLite has rolled back by itself after some failures; then there is nothing to end.
  if (sqlite3_get_autocommit(database->getHandle()) != 0) return;
  try {
    rollback.run();
  } catch (const SQLite::Exception&) {
    // The next BEGIN fails then, and with it the next commit: nothing is taken as written.
  }
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<core::Snapshot> Store::load() {
  if (impl_->ahead) return *std::exchange(impl_->ahead, std::nullopt);
  return impl_->guarded([&] { return impl_->read_snapshot(); });
}

Result<void> Store::commit(const core::Batch& batch, const std::optional<LogPosition>& log) {
  const auto written = impl_->guarded([&] { impl_->write(batch, log); });
  if (!written) {
    impl_->roll_back();
    return written;
  }
  impl_->locked_out = false;
  if (!batch.events.empty()) impl_->last_seq = batch.events.back().seq;
  return {};
}

Result<core::DeliveriesLoaded> Store::load_deliveries(const core::LoadDeliveries& command) {
  MACTIOND_ASSERT(command.limit > 0);
  std::vector<BadEvent> bad;
  auto read = impl_->guarded([&] { return impl_->deliveries.deliveries(command, bad); });
  if (!read || bad.empty()) return read;
  const auto buried = impl_->bury(command.webhook, bad, command.due_until);
  if (!buried) return buried.error();
  // What follows a dead letter may be due at once.
  if (!read->next_due) read->next_due = command.due_until;
  return read;
}

Result<core::OldestLoaded> Store::load_oldest(const core::LoadOldest& command) {
  return impl_->guarded([&] { return impl_->deliveries.oldest(command); });
}

Result<std::vector<core::EventRecord>> Store::load_events(std::uint64_t first, int limit) {
  return impl_->guarded([&] {
    std::vector<core::EventRecord> events;
    Rows rows = impl_->select_events.query(first, limit);
    while (rows.next()) {
      if (auto event = to_logged_event(rows)) events.push_back(std::move(*event));
    }
    return events;
  });
}

Result<bool> Store::has_event(const ActionId& action, const std::string& id) {
  return impl_->guarded([&] {
    Rows row = impl_->select_event_of_action.query(action.value, id);
    return row.next();
  });
}

Result<std::vector<core::Decision>> Store::load_decisions(const std::string& region,
                                                          const ActionId& action) {
  return impl_->guarded([&] { return impl_->cancels.decisions(region, action); });
}

Result<std::optional<std::uint64_t>> Store::load_syslog_position(const std::string& name) {
  return impl_->guarded([&] { return impl_->positions.syslog(name); });
}

Result<void> Store::keep_syslog_position(const std::string& name, std::uint64_t next) {
  return impl_->in_transaction([&] { impl_->positions.write_syslog(name, next); });
}

Result<void> Store::forget_syslog_except(const std::vector<std::string>& names) {
  return impl_->in_transaction([&] { impl_->positions.forget_syslog_except(names); });
}

Result<std::optional<LogPosition>> Store::load_log_position() {
  return impl_->guarded([&] { return impl_->positions.log(); });
}

Result<std::optional<WallTime>> Store::oldest_queued(const std::string& webhook) {
  return impl_->guarded([&] { return impl_->deliveries.oldest_queued(webhook); });
}

bool Store::is_pruned() const { return !impl_->retention.under_way(); }

Result<void> Store::prune_some() {
  if (is_pruned()) return {};
  Retention& retention = impl_->retention;
  const auto done = impl_->in_transaction([&] { retention.step(); });
  if (done) {
    retention.committed();
  } else if (impl_->disk_full) {
    // It needs more room before it gives any back. What remains is removed the next time.
    retention.give_up();
  } else if (!impl_->locked_out) {
    return done.error();
  }
  return {};
}

Result<core::ActionPage> Store::find_actions(const core::ActionFilter& filter) {
  MACTIOND_ASSERT(filter.limit > 0);
  return impl_->guarded([&] { return impl_->reader.actions(filter); });
}

Result<std::vector<core::ActionView>> Store::find_action(const std::string& id) {
  return impl_->guarded([&] { return impl_->reader.action(id); });
}

Result<std::vector<core::ActionPlace>> Store::find_places(const std::string& id_prefix) {
  return impl_->guarded([&] { return impl_->reader.places(id_prefix); });
}

Result<bool> Store::occurs(core::ActionField field, const std::string& text) {
  return impl_->guarded([&] { return impl_->reader.occurs(field, text); });
}

Result<std::vector<core::EventRecord>> Store::load_history(const core::ActionView& action) {
  return impl_->guarded([&] { return impl_->reader.history(action); });
}

Result<std::vector<core::EventRecord>> Store::find_events(const core::EventFilter& filter) {
  MACTIOND_ASSERT(filter.limit > 0);
  return impl_->guarded([&] { return impl_->reader.events(filter); });
}

Result<core::DeadLetterPage> Store::find_dead_letters(const core::DeadLetterFilter& filter) {
  MACTIOND_ASSERT(filter.limit > 0);
  return impl_->guarded([&] { return impl_->reader.dead_letters(filter); });
}

Result<std::optional<core::DeadLetterView>> Store::find_dead_letter(const std::string& webhook,
                                                                    std::uint64_t seq) {
  return impl_->guarded([&] { return impl_->reader.dead_letter(webhook, seq); });
}

Result<core::SubmissionPage> Store::find_submissions(const core::SubmissionFilter& filter) {
  MACTIOND_ASSERT(filter.limit > 0);
  return impl_->guarded([&] { return impl_->submissions.page(filter); });
}

Result<std::optional<core::Submission>> Store::find_submission(const std::string& id) {
  return impl_->guarded([&] { return impl_->submissions.find(id); });
}

Result<std::vector<core::KnownMachine>> Store::find_machine_ids(const std::string& region,
                                                                const std::string& name) {
  return impl_->guarded([&] { return impl_->machine_names.find(region, name); });
}

Result<std::optional<core::KnownMachine>> Store::find_machine(const std::string& region,
                                                              const std::string& id) {
  return impl_->guarded([&] { return impl_->machine_names.find_id(region, id); });
}

}  // namespace mactiond::store
