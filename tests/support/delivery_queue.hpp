#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/batch.hpp"
#include "core/command.hpp"
#include "core/event.hpp"
#include "core/rows.hpp"

namespace mactiond::test {

/// The delivery rows of a store, kept in memory: what the outbox reads back.
class FakeDeliveryQueue {
 public:
  void write(const core::Batch& batch) {
    for (auto& [key, row] : rows_) {
      row.due += batch.shift_due;
      if (row.retry.early_from) *row.retry.early_from += batch.shift_due;
    }
    for (const core::EventRecord& event : batch.events) events_[event.seq] = event;
    for (const core::DeliveryRow& row : batch.deliveries) {
      rows_[{row.webhook, row.seq}] = {row.order.value, 0, row.due, row.due, {}};
    }
    for (const core::DeliveryRetryRow& row : batch.retries) {
      Row& known = rows_.at({row.webhook, row.seq});
      known.attempts = row.attempts;
      known.due = row.due;
      known.retry = row;
    }
    for (const core::DeliveryEndRow& row : batch.ends) {
      rows_.erase({row.webhook, row.seq});
      if (row.dead) dead_[{row.webhook, row.seq}] = row;
    }
    for (const core::DeadLetterKey& key : batch.deleted_letters) {
      dead_.erase({key.webhook, key.seq});
    }
  }

  [[nodiscard]] core::OldestLoaded load(const core::LoadOldest& command) const {
    core::OldestLoaded loaded;
    loaded.command = command.id;
    const auto take = [&](const auto& key, int attempts, WallTime at) {
      if (key.first != command.webhook || (command.before && at >= *command.before)) return;
      if (loaded.rows.size() == static_cast<std::size_t>(command.limit)) return;
      loaded.rows.push_back({key.second, attempts});
    };
    if (command.dead) {
      for (const auto& [key, row] : dead_) take(key, row.attempts, row.ended);
    } else {
      for (const auto& [key, row] : rows_) take(key, row.attempts, row.queued);
    }
    return loaded;
  }

  [[nodiscard]] core::DeliveriesLoaded load(const core::LoadDeliveries& command) const {
    core::DeliveriesLoaded loaded;
    loaded.command = command.id;
    std::set<std::string> begun;
    std::multimap<WallTime, core::DueDelivery> heads;
    for (const auto& [key, row] : rows_) {
      if (key.first != command.webhook) continue;
      if (!row.order.empty() && !begun.insert(row.order).second) continue;
      if (command.oldest && !heads.empty()) break;
      heads.emplace(row.due, head_of(key.second, row));
    }
    for (auto& [due, head] : heads) {
      const auto early = rows_.at({command.webhook, head.event.seq}).retry.early_from;
      const bool is_early = command.early && due > command.due_until && early;
      const WallTime from = is_early ? *early : due;
      if (from > command.due_until ||
          loaded.due.size() >= static_cast<std::size_t>(command.limit)) {
        loaded.next_due = std::min(loaded.next_due.value_or(from), from);
        continue;
      }
      head.early = is_early;
      loaded.due.push_back(std::move(head));
    }
    return loaded;
  }

  [[nodiscard]] WallTime due(const std::string& webhook, std::uint64_t seq) const {
    return rows_.at({webhook, seq}).due;
  }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] std::size_t dead() const { return dead_.size(); }

 private:
  struct Row {
    std::string order;
    int attempts = 0;
    WallTime due{};
    WallTime queued{};
    core::DeliveryRetryRow retry;
  };
  [[nodiscard]] core::DueDelivery head_of(std::uint64_t seq, const Row& row) const {
    core::DueDelivery head{events_.at(seq), row.attempts, row.due};
    if (row.attempts > 0 || row.retry.early_tries > 0) head.failed = row.retry.failed;
    head.refusals = row.retry.refusals;
    head.early_tries = row.retry.early_tries;
    return head;
  }
  std::map<std::pair<std::string, std::uint64_t>, Row> rows_;
  std::map<std::pair<std::string, std::uint64_t>, core::DeliveryEndRow> dead_;
  std::map<std::uint64_t, core::EventRecord> events_;
};

}  // namespace mactiond::test
