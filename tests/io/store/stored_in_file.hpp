#pragma once

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "store/store.hpp"
#include "unit/store/rows.hpp"

namespace mactiond::store {

/// A store in a directory of its own, that a test may harm.
class StoredInFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/store_XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    path_ = directory_ + "/store.db";
    opening_.stamp = "S";
    opening_.logged = [this] { return Result<std::optional<std::uint64_t>>(logged_); };
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  Store open() {
    auto store = Store::open(directory_, opening_);
    EXPECT_TRUE(store) << store.error().message();
    return std::move(store).value();
  }
  /// Events 1 to count, each waiting for webhook "soc", and some of everything else.
  void fill(std::uint64_t count) {
    Store store = open();
    for (std::uint64_t seq = 1; seq <= count; ++seq) {
      const std::string action = "A" + std::to_string(seq % 5);
      core::Batch rows;
      rows.actions = {action_row(action, ActionStatus::Known::Pending)};
      rows.events = {event_of(seq, action)};
      rows.deliveries = {delivery("soc", seq, action)};
      ASSERT_TRUE(store.commit(rows, LogPosition{1, 2, 3, seq}));
    }
    core::Batch rest;
    rest.switches = core::SwitchRow{true};
    rest.ends = {{"soc", 2, 3, true, "gone", at(9)}};
    rest.webhooks = {{"soc", core::WebhookState::Paused, 5, true, "by hand"}};
    ASSERT_TRUE(store.commit(rest));
    ASSERT_TRUE(store.keep_syslog_position("siem", 4));
  }
  void sql(const std::string& text) {
    SQLite::Database database(path_, SQLite::OPEN_READWRITE);
    database.exec("PRAGMA ignore_check_constraints = 1");
    database.exec(text);
  }
  [[nodiscard]] static std::int64_t queued(Store& store) {
    return store.load().value().webhooks.at(0).queued;
  }

  std::string directory_;
  std::string path_;
  Store::Opening opening_;
  std::optional<std::uint64_t> logged_ = 20;
};

}  // namespace mactiond::store
