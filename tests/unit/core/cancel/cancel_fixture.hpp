#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/cancel/policy_trial.hpp"
#include "support/builders.hpp"
#include "support/engine_harness.hpp"

namespace mactiond::core {

/// An engine with one policy, and an API that answers every read at once. POSTs wait for the test.
class CancelFlowTest : public testing::Test, public test::EngineHarness {
 protected:
  CancelFlowTest() {
    PolicyOptions policy;
    policy.name = "stale-scans";
    policy.action = PolicyAction::Cancel;
    policy.stale_after = std::chrono::hours(1);
    policy.comment = "{policy}";
    policy.match.type = {"RunAntiVirusScan"};
    options.policies.push_back(policy);
  }

  PolicyOptions& policy() { return options.policies.front(); }

  void respond() {
    while (true) {
      if (count<FetchToken>() > 0) {
        give_token("token", std::chrono::hours(24));
      } else if (count<ListActions>() > 0) {
        std::vector<MachineAction> rows;
        for (const auto& [id, action] : api) {
          if (!hidden.contains(id)) rows.push_back(action);
        }
        answer(take<ListActions>(), rows);
      } else if (count<GetAction>() > 0 && reads_answered) {
        read();
      } else {
        return;
      }
    }
  }
  void read() {
    const auto get = take<GetAction>();
    ++reads;
    const auto row = api.find(get.action.value);
    if (unreadable.contains(get.action.value)) {
      fail(get, test::server_error());
    } else if (row == api.end()) {
      fail(get, test::not_found());
    } else {
      answer(get, row->second);
    }
  }
  void run(Duration time) {
    EngineHarness::run(time, [this] { respond(); });
  }
  void add(const std::string& id) { api.insert_or_assign(id, test::open_action(id)); }
  void set(const std::string& id, ActionStatus status) {
    api.insert_or_assign(id, test::open_action(id).in(std::move(status)).updated(server()));
  }
  void reload() { take_step(engine().reconfigure(options, snapshot, now)); }
  /// One scan that is about to be cancelled: its POST is pending.
  void until_post() {
    add("a1");
    run(std::chrono::hours(1) + std::chrono::seconds(10));
    ASSERT_EQ(count<CancelAction>(), 1);
  }
  /// More are stale than the quota allows to cancel at once.
  void until_calls_are_wanting() {
    options.cancel.max_per_hour = 1000;
    for (int i = 0; i < 200; ++i) add("a" + std::to_string(100 + i));
    run(std::chrono::hours(1) - std::chrono::seconds(1));
    accept_all(std::chrono::minutes(5));
  }
  /// Every POST is accepted and takes effect at once.
  void accept_all(Duration time) {
    EngineHarness::run(time, [this] {
      respond();
      while (count<CancelAction>() > 0) {
        const auto post = take<CancelAction>();
        set(post.action.value, ActionStatus::Known::Cancelled);
        answer(post);
      }
    });
  }
  [[nodiscard]] const Decision& only() const { return decisions.begin()->second; }
  /// Why an operator's cancel was refused.
  [[nodiscard]] const CancelRefused& refused() const {
    return std::get<CancelRefused>(std::get<Refused>(reply.value()).reason);
  }
  [[nodiscard]] int recorded_of(EventType type) const {
    return static_cast<int>(std::count_if(events.begin(), events.end(),
                                          [&](const auto& event) { return event.type == type; }));
  }
  /// What is planned for the only open action.
  [[nodiscard]] Explanation plan(const Options* others = nullptr) {
    std::optional<PolicyTrial> trial;
    if (others != nullptr) {
      trial.emplace(*others);
      EXPECT_TRUE(trial->match(*engine().open_actions(1000), [] { return true; }));
    }
    const auto all = engine().explain(trial ? &*trial : nullptr, now);
    EXPECT_EQ(all.size(), 1U);
    EXPECT_EQ(all.front().plans.actions.size(), 1U);
    return all.front().plans.actions.front();
  }
  [[nodiscard]] std::vector<StoredAction> stored() const {
    std::vector<StoredAction> rows;
    for (const auto& [id, action] : api) {
      StoredAction row;
      row.region = "eu";
      row.id = action.id;
      row.type = action.type;
      row.status = action.status;
      row.created = action.created;
      row.last_update = action.last_update;
      row.fingerprint = fingerprint(action.document);
      rows.push_back(row);
    }
    return rows;
  }

  std::map<std::string, MachineAction> api;
  std::set<std::string> unreadable;  ///< by id
  std::set<std::string> hidden;      ///< in no list
  bool reads_answered = true;
  int reads = 0;
};

}  // namespace mactiond::core
