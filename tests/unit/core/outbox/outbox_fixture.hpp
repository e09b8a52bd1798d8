#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/outbox/outbox.hpp"
#include "support/builders.hpp"
#include "support/delivery_queue.hpp"

namespace mactiond::core {

/// An outbox above a queue, with every command answered by hand.
struct OutboxTest : testing::Test {
  OutboxTest() {
    options.name = "soc";
    options.max_in_flight = 2;
  }

  void add(const std::string& action) {
    Batch rows;
    EventRecord event;
    event.seq = ++last_seq;
    event.id = "ma_" + std::to_string(event.seq);
    event.action.value = action;
    box().offer(event, now.wall, rows);
    rows.events.push_back(std::move(event));
    queue.write(rows);
  }
  Outbox& box() {
    if (!made) made.emplace(options, stored, now);
    return *made;
  }
  /// Lets the outbox start what it may; loads are answered at once unless held back.
  void advance() {
    for (bool again = true; again;) {
      again = false;
      std::vector<Command> commands;
      box().advance(now, last_id, commands);
      for (Command& command : commands) {
        if (const auto* load = std::get_if<LoadDeliveries>(&command)) {
          ++loads;
          ASSERT_LT(loads, 1000) << "loads without progress";
          held_load = queue.load(*load);
          if (!hold_loads) {
            finish_load();
            again = true;
          }
        } else if (const auto* oldest = std::get_if<LoadOldest>(&command)) {
          ASSERT_LT(++loads, 1000) << "loads without progress";
          held_oldest = queue.load(*oldest);
          if (hold_loads) continue;
          remove();
          again = true;
        } else {
          auto& send = std::get<SendDelivery>(command);
          sending.emplace(send.event.seq, std::move(send));
        }
      }
    }
  }
  void remove() {
    batch = {};
    for (auto& incident : box().on(held_oldest, now, batch)) removed.push_back(incident);
    queue.write(batch);
  }
  void finish_load() { box().on(std::exchange(held_load, {})); }
  WebhookIncidents answer(std::uint64_t seq, const Outcome& outcome) {
    const SendDelivery send = sending.at(seq);
    sending.erase(seq);
    batch = {};
    auto incidents = box().on({send.id, outcome}, now, random, batch);
    queue.write(batch);
    for (const WebhookRow& row : batch.webhooks) stored.row = row;
    return incidents;
  }
  WebhookIncidents watch() {
    batch = {};
    auto incidents = box().watch(now, batch);
    for (const WebhookRow& row : batch.webhooks) stored.row = row;
    return incidents;
  }
  /// The daemon starts again over what is stored.
  void restart() {
    stored.queued = static_cast<std::int64_t>(queue.size());
    stored.dead = static_cast<std::int64_t>(queue.dead());
    sending.clear();
    made.reset();
  }
  void pass(Duration time) {
    now.mono += time;
    now.wall += time;
  }
  std::vector<std::uint64_t> under_way() const {
    std::vector<std::uint64_t> seqs;
    for (const auto& [seq, send] : sending) seqs.push_back(seq);
    return seqs;
  }
  using Seqs = std::vector<std::uint64_t>;

  WebhookOptions options;
  StoredWebhook stored;
  std::optional<Outbox> made;
  test::FakeDeliveryQueue queue;
  Now now{test::kDay, test::kBoot};
  Random random{11};
  std::uint64_t last_seq = 0;
  std::uint64_t last_id = 0;
  std::map<std::uint64_t, SendDelivery> sending;
  DeliveriesLoaded held_load;
  OldestLoaded held_oldest;
  WebhookIncidents removed;
  bool hold_loads = false;
  int loads = 0;
  Batch batch;
};

}  // namespace mactiond::core
