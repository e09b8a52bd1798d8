#include "io/store/history.hpp"

#include "unit/store/submissions.hpp"

namespace mactiond::store {
namespace {

const std::vector<std::string> kWebhooks = {"siem", "soc"};
constexpr ActionStatus::Known kStatuses[] = {
    ActionStatus::Known::Pending, ActionStatus::Known::InProgress, ActionStatus::Known::Succeeded};

std::string ticks(const std::optional<WallTime>& time) {
  return time ? std::to_string(time->time_since_epoch().count()) : "-";
}

void describe(const core::Snapshot& snapshot, std::string& text) {
  text += "last_seq " + std::to_string(snapshot.last_seq) + '\n';
  for (const auto& row : snapshot.regions) {
    text += "region " + row.region + ' ' + ticks(row.watermark) + ' ' + row.degraded.value_or("-") +
            '\n';
  }
  for (const auto& row : snapshot.quotas) {
    text += "quota " + std::to_string(row.instant.time_since_epoch().count()) + '\n';
  }
  for (const auto& row : snapshot.actions) {
    text += "action " + row.id.value + ' ' + std::string(row.status.text()) + ' ' +
            std::to_string(row.vanished) + ' ' + std::to_string(row.fingerprint) + '\n';
  }
  for (const auto& row : snapshot.submissions) {
    text += "submission " + row.id + ' ' + std::string(to_string(row.state)) + ' ' +
            std::to_string(row.posts) + ' ' + ticks(row.ended) + '\n';
  }
  for (const auto& row : snapshot.webhooks) {
    text += "webhook " + row.row.webhook + ' ' + std::to_string(row.queued) + ' ' +
            std::to_string(row.dead) + '\n';
  }
}

}  // namespace

core::Batch History::next() {
  ++step_;
  core::Batch batch;
  const std::uint64_t events = random_.below(6);
  for (std::uint64_t i = 0; i < events; ++i) add_event(batch);
  const std::uint64_t touched = random_.below(8);
  for (std::uint64_t i = 0; i < touched && !open_.empty(); ++i) end_or_retry(batch);
  batch.regions = {{"eu", at(static_cast<std::int64_t>(step_)), std::nullopt, {}}};
  batch.quotas = {{"eu", "minute", "boot", MonoTime(Duration(step_))}};
  add_submission(batch);
  if (random_.below(10) == 0) batch.shift_due = std::chrono::seconds(random_.below(100));
  if (random_.below(10) == 0) {
    batch.vanished.emplace_back("eu", ActionId{"A" + std::to_string(random_.below(20))});
  }
  // Far enough back that what the log may lack is never asked for.
  if (random_.below(10) == 0) {
    pruned_before_ = batch.prune_before = at(static_cast<std::int64_t>(last_seq_) - 50);
  }
  return batch;
}

void History::add_submission(core::Batch& batch) {
  core::Submission row = queued_submission("sub_" + std::to_string(random_.below(step_ + 1)));
  row.posts = static_cast<int>(step_);
  if (random_.below(2) == 0) {
    row.state = core::SubmissionState::Lost;
    row.ended = at(static_cast<std::int64_t>(last_seq_));
  }
  batch.submissions.push_back(std::move(row));
}

void History::add_event(core::Batch& batch) {
  const std::string id = "A" + std::to_string(random_.below(20));
  const auto now = static_cast<std::int64_t>(++last_seq_);
  core::ActionRow row = action_row(id, kStatuses[random_.below(3)], now);
  // Some of several pages, so that a kill can meet a write halfway.
  row.action.document += std::string(random_.below(12) == 0 ? 30'000 : 200, ' ');
  core::EventRecord event = event_of(last_seq_, id, now);
  event.document = random_.below(2) == 0 ? std::string() : row.action.document;
  batch.actions.push_back(std::move(row));
  batch.events.push_back(std::move(event));
  for (const std::string& webhook : kWebhooks) {
    batch.deliveries.push_back(delivery(webhook, last_seq_, id, now));
    open_.emplace_back(webhook, last_seq_);
  }
}

void History::end_or_retry(core::Batch& batch) {
  const std::size_t at_index = random_.below(open_.size());
  const auto [webhook, seq] = open_[at_index];
  if (random_.below(3) == 0) {
    const auto due = at(static_cast<std::int64_t>(last_seq_ + random_.below(50)));
    batch.retries.push_back({webhook, seq, 2, due, "timeout"});
    return;
  }
  const bool dead = random_.below(8) == 0;
  batch.ends.push_back({webhook, seq, 3, dead, dead ? "gone 410" : "", at(0)});
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at_index));
}

std::uint64_t History::steps_in(const core::Snapshot& snapshot) {
  if (snapshot.quotas.empty()) return 0;
  return static_cast<std::uint64_t>(snapshot.quotas.front().instant.time_since_epoch().count());
}

void prune(Store& store, std::optional<WallTime> before) {
  core::Batch batch;
  batch.prune_before = before;
  store.commit(batch).value();
  while (!store.is_pruned()) store.prune_some().value();
}

std::string describe(Store& store) {
  std::string text;
  describe(store.load().value(), text);
  for (const auto& event : store.load_events(0, 1'000'000).value()) text += core::log_line(event);
  for (const std::string& webhook : kWebhooks) {
    text += "oldest " + ticks(store.oldest_queued(webhook).value()) + '\n';
    for (const auto& due : store.load_deliveries(due_by(webhook, 1'000'000, 100'000)).value().due) {
      text += "due " + std::to_string(due.event.seq) + ' ' + ticks(due.due) + ' ' +
              std::to_string(due.attempts) + '\n';
    }
  }
  return text;
}

}  // namespace mactiond::store
