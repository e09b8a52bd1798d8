#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "io/store/stored_in_file.hpp"
#include "support/batch_members.hpp"
#include "unit/store/submissions.hpp"

namespace mactiond::store {
namespace {

using test::filled;
using ::testing::Each;

core::Decision decision() {
  core::Decision decision;
  decision.id = "D";
  decision.region = "eu";
  decision.action.value = "A";
  decision.type = ActionType::Known::Isolate;
  decision.by = core::PolicyName{"old"};
  decision.decided = at(1);
  return decision;
}

struct Step {
  std::string kind;
  std::function<void(core::Batch&)> fill;
};

/// Each fills one member of a batch, and changes the store if it is written after those before it.
std::vector<Step> every_kind() {
  using core::Batch;
  const auto shift = [](Batch& batch) { batch.shift_due = std::chrono::seconds(3); };
  return {
      {"action", [](Batch& b) { b.actions = {action_row("A", ActionStatus::Known::Pending)}; }},
      {"event", [](Batch& b) { b.events = {event_of(1, "A")}; }},
      {"delivery", [](Batch& b) { b.deliveries = {delivery("soc", 1, "A")}; }},
      {"shift of deliveries", shift},
      {"retry",
       [](Batch& b) {
         b.retries = {{"soc", 1, 2, at(5), "busy", at(1)}};
       }},
      {"end",
       [](Batch& b) {
         b.ends = {{"soc", 1, 3, true, "gone", at(9)}};
       }},
      {"deleted letter",
       [](Batch& b) {
         b.deleted_letters = {{"soc", 1}};
       }},
      {"region",
       [](Batch& b) {
         b.regions = {{"eu", at(1), std::nullopt, "http_500"}};
       }},
      {"quota",
       [](Batch& b) {
         b.quotas = {{"eu", "minute", "boot", MonoTime(Duration(5))}};
       }},
      {"webhook",
       [](Batch& b) {
         b.webhooks = {{"soc", core::WebhookState::Paused, 5, true, "by hand", at(7)}};
       }},
      {"shift of webhooks", shift},
      {"switch", [](Batch& b) { b.switches = core::SwitchRow{true}; }},
      {"decision", [](Batch& b) { b.decisions = {decision()}; }},
      {"stale",
       [](Batch& b) {
         b.reported_stale = {{"eu", ActionId{"A"}, "old", "Pending"}};
       }},
      {"suppressed",
       [](Batch& b) {
         b.suppressed = {{"old", at(3600)}};
       }},
      {"submission", [](Batch& b) { b.submissions = {full_submission("sub_1")}; }},
      {"machine",
       [](Batch& b) {
         b.machines = {{"eu", "M", {{"SOC", {"prod"}}, "Linux", "Active"}, at(1)}};
       }},
      {"recovery",
       [](Batch& b) {
         b.recovery = core::RecoveryRow{1, at(1), "boot", {}};
       }},
      {"recovering",
       [](Batch& b) {
         b.recovering = {{"eu", at(1)}};
       }},
      {"reread", [](Batch& b) { b.reread = {"eu"}; }},
      {"vanished",
       [](Batch& b) {
         b.vanished = {{"eu", ActionId{"A"}}};
       }},
      {"prune", [](Batch& b) { b.prune_before = at(1000); }},
  };
}

/// Every row of every table.
std::string dump(const std::string& path) {
  SQLite::Database database(path, SQLite::OPEN_READONLY);
  SQLite::Statement tables(database, "SELECT name FROM sqlite_schema WHERE type = 'table'");
  std::string text;
  while (tables.executeStep()) {
    const std::string table = tables.getColumn(0).getString();
    SQLite::Statement rows(database, "SELECT * FROM \"" + table + '"');
    while (rows.executeStep()) {
      text += table;
      for (int column = 0; column < rows.getColumnCount(); ++column) {
        const SQLite::Column value = rows.getColumn(column);
        text += '|' + (value.isNull() ? std::string("NULL") : value.getString());
      }
      text += '\n';
    }
  }
  return text;
}

class EveryRow : public StoredInFile {};

TEST_F(EveryRow, OfABatchIsWritten) {
  Store store = open();
  std::vector<bool> seen(filled({}).size());
  std::string before = dump(path_);
  for (const Step& step : every_kind()) {
    SCOPED_TRACE(step.kind);
    core::Batch batch;
    step.fill(batch);
    const std::vector<bool> now = filled(batch);
    EXPECT_EQ(std::count(now.begin(), now.end(), true), 1);
    std::transform(seen.begin(), seen.end(), now.begin(), seen.begin(), std::logical_or<>());
    ASSERT_TRUE(store.commit(batch));
    while (!store.is_pruned()) ASSERT_TRUE(store.prune_some());
    const std::string after = dump(path_);
    EXPECT_NE(after, before);
    before = after;
  }
  EXPECT_THAT(seen, Each(true));
}

}  // namespace
}  // namespace mactiond::store
