#include "store/slow_check.hpp"

#include <SQLiteCpp/Exception.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "io/store/stored_in_file.hpp"

namespace mactiond::store {
namespace {

constexpr std::size_t kPage = 4096;

class SlowChecking : public StoredInFile {
 protected:
  /// Some hundred rows in every large table, in order, each with a text of its own.
  void fill_all() {
    Store store = open();
    core::Batch rows;
    for (int number = 100; number < 500; ++number) {
      const std::string name = std::to_string(number);
      const auto seq = static_cast<std::uint64_t>(number) - 99;
      auto action = action_row("a" + name, ActionStatus::Known::Pending);
      action.action.document = R"({"x":"action )" + name + std::string(200, ' ') + "\"}";
      rows.actions.push_back(action);
      auto event = event_of(seq, "a" + name);
      event.document = R"({"x":"event )" + name + std::string(200, ' ') + "\"}";
      rows.events.push_back(event);
      rows.deliveries.push_back(delivery("soc", seq, "delivery " + name + std::string(100, ' ')));
      rows.deliveries.push_back(delivery("siem", seq, "a" + name));
      rows.ends.push_back({"siem", seq, 3, true, "letter " + name + std::string(100, ' '), at(9)});
      core::Decision decision;
      decision.id = "d" + name;
      decision.region = "eu";
      decision.action.value = "a" + name;
      decision.comment = "decision " + name + std::string(100, ' ');
      rows.decisions.push_back(decision);
    }
    ASSERT_TRUE(store.commit(rows));
  }
  /// Makes nonsense of the page that a row of this text is in.
  void garble(const std::string& text) {
    std::ifstream read(path_, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(read)), {});
    const std::size_t place = bytes.find(text);
    ASSERT_NE(place, std::string::npos) << text;
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(place / kPage * kPage));
    file << std::string(kPage, '\xee');
  }
  /// How many steps it took to read everything; nothing if it met damage.
  std::optional<int> check() {
    SQLite::Database database(path_, SQLite::OPEN_READWRITE);
    SlowCheck check(database);
    try {
      int steps = 1;
      while (!check.step()) ++steps;
      return steps;
    } catch (const SQLite::Exception&) {
      return std::nullopt;
    }
  }
};

TEST_F(SlowChecking, ReadsASoundStoreInSmallSteps) {
  fill_all();
  const auto steps = check();
  ASSERT_TRUE(steps);
  EXPECT_GE(*steps, 5 * 400 / 50);
}

TEST_F(SlowChecking, MeetsDamageInEveryLargeTableFromItsFirstRowToItsLast) {
  for (const char* table : {"action", "event", "delivery", "letter", "decision"}) {
    for (const char* row : {"100", "300", "499"}) {
      const std::string text = std::string(table) + ' ' + row;
      SCOPED_TRACE(text);
      std::filesystem::remove_all(directory_);
      std::filesystem::create_directory(directory_);
      fill_all();
      garble(text);
      EXPECT_FALSE(check());
    }
  }
}

}  // namespace
}  // namespace mactiond::store
