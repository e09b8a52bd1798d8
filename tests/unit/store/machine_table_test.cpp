#include "store/machine_table.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <vector>

#include "rows.hpp"
#include "store/store.hpp"

namespace mactiond::store {
namespace {

using ::testing::ElementsAre;

constexpr std::int64_t kDay = 24 * 3600;

core::MachineRow machine(const std::string& id, std::int64_t read) {
  return {"eu", id, {{"SOC \"A\"", {"prod", "we,b\n"}}, "Linux", "Active"}, at(read)};
}

class Machines : public StoreTest {
 protected:
  void put(std::vector<core::MachineRow> rows) {
    core::Batch batch;
    batch.machines = std::move(rows);
    commit(batch);
  }
  std::vector<std::string> ids() {
    std::vector<std::string> found;
    for (const core::MachineRow& row : load().machines) found.push_back(row.machine);
    return found;
  }
  /// What the store gives back of the subject of an event.
  std::optional<MachineMarks> stored(std::optional<MachineMarks> marks) {
    core::Batch batch;
    batch.events = {event_of(++seq_, "A")};
    batch.events.front().subject.machine = std::move(marks);
    commit(batch);
    return store_.load_events(seq_, 1)->front().subject.machine;
  }

 private:
  std::uint64_t seq_ = 0;
};

TEST_F(Machines, KeepEveryMemberOfTheNewestRow) {
  put({machine("m1", 1)});
  core::MachineRow newer = machine("m1", 2);
  newer.facts.marks.tags = {};
  put({newer});
  const auto rows = load().machines;
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].region, "eu");
  EXPECT_EQ(rows[0].machine, "m1");
  EXPECT_EQ(rows[0].read, at(2));
  EXPECT_EQ(rows[0].facts, newer.facts);
  put({machine("m1", 3)});
  EXPECT_EQ(load().machines[0].facts, machine("m1", 3).facts);
}

TEST_F(Machines, ARowTakesThoseWithItThatAreOlderThanADay) {
  put({machine("m1", 0), machine("m2", 10), machine("m3", kDay)});
  put({machine("m4", kDay + 5)});
  EXPECT_THAT(ids(), ElementsAre("m2", "m3", "m4"));
}

TEST_F(Machines, AreRemovedByRetentionToo) {
  put({machine("m1", 0), machine("m2", 10)});
  core::Batch batch;
  batch.prune_before = at(10);
  commit(batch);
  while (!store_.is_pruned()) ASSERT_TRUE(store_.prune_some());
  EXPECT_THAT(ids(), ElementsAre("m2"));
}

TEST_F(Machines, AnEventKeepsWhatFiltersLookAt) {
  const MachineMarks marks{"SOC", {"prod", "\"x\""}};
  EXPECT_EQ(stored(marks), marks);
  EXPECT_EQ(stored(MachineMarks{}), MachineMarks{}) << "known to be in no group";
  EXPECT_EQ(stored(std::nullopt), std::nullopt);
}

}  // namespace
}  // namespace mactiond::store
