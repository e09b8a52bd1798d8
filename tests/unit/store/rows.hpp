#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/batch.hpp"
#include "core/command.hpp"
#include "core/rows.hpp"
#include "core/snapshot.hpp"
#include "store/store.hpp"

namespace mactiond::store {

/// Short builders of the rows the store's tests commit.

inline WallTime at(std::int64_t seconds) {
  return WallTime(std::chrono::seconds(1'700'000'000 + seconds));
}

inline MachineAction make_action(const std::string& id, ActionStatus status) {
  MachineAction action;
  action.id.value = id;
  action.type = ActionType::Known::Isolate;
  action.status = std::move(status);
  action.machine_id = "machine-of-" + id;
  action.computer_dns_name = "srv-1";
  action.requestor = "ann@contoso.com";
  action.requestor_comment = "why not";
  action.request_source = "Portal";
  action.created = at(0);
  action.last_update = at(1);
  action.document =
      R"({"id":")" + id + R"(","status":")" + std::string(action.status.text()) + R"("})";
  return action;
}

inline core::ActionRow action_row(const std::string& id, ActionStatus status,
                                  std::int64_t seen = 0) {
  return {"eu", make_action(id, std::move(status)), at(seen)};
}

inline core::EventRecord event_of(std::uint64_t seq, const std::string& action,
                                  std::int64_t time = 0) {
  core::EventRecord event;
  event.seq = seq;
  event.id = "ma_" + std::to_string(seq);
  event.type = core::EventType::ActionTransition;
  event.time = at(time);
  event.instance = "soc1";
  event.region = "eu";
  event.action.value = action;
  event.document = R"({"n":)" + std::to_string(seq) + "}";
  event.fields = R"("from":null,"to":"Pending")";
  event.subject = {{}, "Isolate", {}, "Pending"};
  return event;
}

inline core::DeliveryRow delivery(const std::string& webhook, std::uint64_t seq,
                                  const std::string& order, std::int64_t due = 0) {
  return {webhook, seq, core::OrderKey{order}, at(due)};
}

inline core::LoadDeliveries due_by(const std::string& webhook, std::int64_t until,
                                   int limit = 100) {
  return {core::CommandId{7}, webhook, at(until), limit};
}

inline std::vector<std::uint64_t> seqs(const core::DeliveriesLoaded& loaded) {
  std::vector<std::uint64_t> found;
  for (const core::DueDelivery& due : loaded.due) found.push_back(due.event.seq);
  return found;
}

/// An in-memory store, and the events of it that are committed one by one.
class StoreTest : public ::testing::Test {
 protected:
  void commit(const core::Batch& batch) {
    const auto done = store_.commit(batch);
    ASSERT_TRUE(done) << done.error().message();
  }
  /// Events 1..count about actions in turn, each with a delivery to every webhook.
  void commit_events(std::uint64_t count, const std::vector<std::string>& actions,
                     const std::vector<std::string>& webhooks) {
    core::Batch batch;
    for (std::uint64_t seq = 1; seq <= count; ++seq) {
      const std::string& action = actions[(seq - 1) % actions.size()];
      batch.events.push_back(event_of(seq, action));
      for (const auto& webhook : webhooks)
        batch.deliveries.push_back(delivery(webhook, seq, action));
    }
    commit(batch);
  }
  void end(const std::string& webhook, std::uint64_t seq, bool dead = false) {
    core::Batch batch;
    batch.ends.push_back({webhook, seq, 3, dead, dead ? "gone" : "", at(50)});
    commit(batch);
  }
  core::Snapshot load() {
    auto snapshot = store_.load();
    EXPECT_TRUE(snapshot) << snapshot.error().message();
    return snapshot ? *snapshot : core::Snapshot{};
  }
  core::DeliveriesLoaded due(const core::LoadDeliveries& command) {
    auto loaded = store_.load_deliveries(command);
    EXPECT_TRUE(loaded) << loaded.error().message();
    return loaded ? *loaded : core::DeliveriesLoaded{};
  }
  std::vector<std::uint64_t> event_seqs() {
    const auto events = store_.load_events(0, 1'000'000);
    EXPECT_TRUE(events) << events.error().message();
    std::vector<std::uint64_t> found;
    if (events) {
      for (const auto& event : *events) found.push_back(event.seq);
    }
    return found;
  }

  Store store_ = Store::open_in_memory().value();
};

}  // namespace mactiond::store
