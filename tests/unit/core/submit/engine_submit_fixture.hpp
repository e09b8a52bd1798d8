#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "action/submission_comment.hpp"
#include "core/submission.hpp"
#include "support/builders.hpp"
#include "support/engine_harness.hpp"

namespace mactiond::core {

/// An engine that may start actions, and an API that answers every read at once. POSTs wait for the
/// test.
class EngineSubmitTest : public testing::Test, public test::EngineHarness {
 protected:
  EngineSubmitTest() {
    options.submit.enabled = true;
    options.submit.types = {"RunAntiVirusScan", "Isolate", "LiveResponse"};
  }

  void respond() {
    while (true) {
      if (count<FetchToken>() > 0 && gives_tokens) {
        give_token("token", std::chrono::hours(24));
      } else if (count<ListActions>() > 0) {
        answer_list(take<ListActions>());
      } else if (count<GetAction>() > 0) {
        answer_read(take<GetAction>());
      } else {
        return;
      }
    }
  }
  void answer_list(const ListActions& list) {
    ++lists;
    std::vector<MachineAction> rows;
    for (const auto& [id, action] : api) {
      if (!hidden.contains(id) && is_asked_for(action, list.query)) rows.push_back(action);
    }
    const std::size_t left_out = static_cast<std::size_t>(list.query.skip);
    rows.erase(rows.begin(), rows.begin() + std::ptrdiff_t(std::min(left_out, rows.size())));
    answer(list, rows);
  }
  static bool is_asked_for(const MachineAction& action, const Query& query) {
    switch (query.kind) {
      case Query::Kind::ChangedSince:
        return *action.last_update >= query.since;
      case Query::Kind::CreatedSince:
        return *action.created >= query.since;
      case Query::Kind::OpenOrCreatedSince:
        return !action.status.is_final() || *action.created >= query.since;
      default:
        return std::count(query.ids.begin(), query.ids.end(), action.id) > 0;
    }
  }
  void answer_read(const GetAction& get) {
    const auto row = api.find(get.action.value);
    if (row == api.end() || hidden.contains(get.action.value)) {
      fail(get, test::not_found());
    } else {
      answer(get, row->second);
    }
  }
  void run(Duration time) {
    EngineHarness::run(time, [this] { respond(); });
  }
  /// Until the API has answered and a sweep was complete.
  void start() { run(std::chrono::seconds(30)); }
  void reload() { take_step(engine().reconfigure(options, snapshot, now)); }
  void restart() {
    EngineHarness::restart(stored());
    (void)engine();
  }

  static SubmissionOrder scan_of(const std::string& machine) {
    SubmissionOrder order;
    order.region = "eu";
    order.machine = machine;
    order.request = RunScan{};
    order.comment = "look";
    order.by = {"alice (uid 1000)", ""};
    return order;
  }
  /// Its id.
  std::string submit(SubmissionOrder order) {
    step(AskSubmission{std::move(order)});
    const auto* accepted = std::get_if<SubmissionAccepted>(&reply.value());
    EXPECT_NE(accepted, nullptr);
    return accepted != nullptr ? accepted->id : std::string();
  }
  /// Why nothing was taken in.
  SubmissionHeld held(SubmissionOrder order) {
    step(AskSubmission{std::move(order)});
    return std::get<SubmissionHeld>(std::get<Refused>(reply.value()).reason);
  }
  /// The API makes the action that the POST asks for.
  MachineAction make(const StartAction& post, const std::string& id) {
    MachineAction action = test::open_action(id).created(server()).updated(server());
    action.type = type_of(post.request);
    action.machine_id = post.machine;
    action.requestor_comment = post.comment;
    return api[id] = action;
  }
  /// Somebody else's.
  MachineAction add(const std::string& id, const std::string& machine) {
    MachineAction action = test::open_action(id).created(server()).updated(server());
    action.machine_id = machine;
    action.requestor_comment = "theirs";
    return api[id] = action;
  }
  void end(const std::string& id, ActionStatus status) {
    MachineAction& action = api.at(id);
    action.status = std::move(status);
    action.last_update = server();
    action.document = id + std::string(action.status.text());
  }
  void answer_start(const StartAction& post, StartAnswer answer) {
    step(ActionStarted{post.id, std::move(answer), date()});
  }
  void answer_start(const StartAction& post, const MachineAction& made) {
    StartAnswer answer;
    answer.outcome.status = 201;
    answer.action = made;
    answer_start(post, std::move(answer));
  }
  void answer_start(const StartAction& post, Outcome outcome, bool unsent = false) {
    StartAnswer answer;
    answer.outcome = std::move(outcome);
    answer.unsent = unsent;
    answer_start(post, std::move(answer));
  }
  using EngineHarness::answer;

  [[nodiscard]] const Submission& row(const std::string& id) const { return submissions.at(id); }
  [[nodiscard]] std::string state(const std::string& id) const {
    return std::string(to_string(row(id).state));
  }
  [[nodiscard]] int recorded_of(EventType type) const {
    return static_cast<int>(std::count_if(events.begin(), events.end(),
                                          [&](const auto& event) { return event.type == type; }));
  }
  [[nodiscard]] int facts_of(SubmissionState state) const {
    return static_cast<int>(std::count_if(submission_facts.begin(), submission_facts.end(),
                                          [&](const auto& fact) { return fact.state == state; }));
  }
  [[nodiscard]] std::vector<StoredAction> stored() const {
    std::map<ActionId, StoredAction> rows;
    for (const ActionRow& known : stored_rows) {
      const MachineAction& action = known.action;
      StoredAction row;
      row.region = known.region;
      row.id = action.id;
      row.type = action.type;
      row.status = action.status;
      row.created = action.created;
      row.last_update = action.last_update;
      row.fingerprint = fingerprint(action.document);
      row.machine_id = action.machine_id;
      row.requestor_comment = action.requestor_comment;
      rows[action.id] = row;
    }
    std::vector<StoredAction> list;
    for (auto& [id, stored] : rows) list.push_back(std::move(stored));
    return list;
  }

  std::map<std::string, MachineAction> api;
  std::set<std::string> hidden;  ///< not shown by lists and reads
  bool gives_tokens = true;
  int lists = 0;
};

}  // namespace mactiond::core
