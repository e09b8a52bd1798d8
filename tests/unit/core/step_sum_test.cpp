#include "core/step_sum.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "support/batch_members.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// One kind of row of a batch: how one is added, and how many there are.
struct Kind {
  const char* name;
  void (*add)(Batch& batch);
  std::size_t (*count)(const Batch& batch);
};

template <auto kMember>
constexpr Kind rows(const char* name) {
  return {name, [](Batch& batch) { (batch.*kMember).emplace_back(); },
          [](const Batch& batch) { return (batch.*kMember).size(); }};
}

const Kind kKinds[] = {
    rows<&Batch::actions>("actions"),
    rows<&Batch::events>("events"),
    rows<&Batch::deliveries>("deliveries"),
    rows<&Batch::retries>("retries"),
    rows<&Batch::ends>("ends"),
    rows<&Batch::deleted_letters>("deleted_letters"),
    rows<&Batch::regions>("regions"),
    rows<&Batch::quotas>("quotas"),
    rows<&Batch::webhooks>("webhooks"),
    rows<&Batch::decisions>("decisions"),
    rows<&Batch::reported_stale>("reported_stale"),
    rows<&Batch::suppressed>("suppressed"),
    rows<&Batch::recovering>("recovering"),
    rows<&Batch::reread>("reread"),
    rows<&Batch::vanished>("vanished"),
};

TEST(StepSum, HoldsTheRowsOfEveryKindOfBothSteps) {
  for (const Kind& kind : kKinds) {
    Step sum;
    EXPECT_TRUE(sum.writes.empty());
    kind.add(sum.writes);
    EXPECT_FALSE(sum.writes.empty()) << kind.name;
    Step later;
    kind.add(later.writes);
    append(sum, std::move(later));
    EXPECT_EQ(kind.count(sum.writes), 2U) << kind.name;
  }
}

TEST(StepSum, TakesOverEveryMemberOfABatch) {
  for (std::size_t place = 0; place < test::kBatchMembers; ++place) {
    Step later;
    later.writes = test::batch_with(place);
    Step sum;
    append(sum, std::move(later));
    EXPECT_EQ(test::filled(sum.writes), test::filled(test::batch_with(place)))
        << "member " << place;
  }
}

TEST(StepSum, TakesTheLaterOfWhatThereIsOneOf) {
  const auto step = [](bool suspended, std::uint64_t seq, Duration shift, const char* text) {
    Step made;
    made.writes.switches = SwitchRow{suspended};
    made.writes.recovery.emplace().after_seq = seq;
    made.writes.shift_due = shift;
    made.writes.prune_before = WallTime(shift);
    made.reply = Done{text, {}};
    return made;
  };
  Step sum = step(false, 1, 1s, "first");
  append(sum, step(true, 2, 2s, "second"));
  append(sum, Step());
  EXPECT_TRUE(sum.writes.switches.value().cancelling_suspended);
  EXPECT_EQ(sum.writes.recovery.value().after_seq, 2U);
  EXPECT_EQ(sum.writes.shift_due, 3s) << "a clock that jumped twice";
  EXPECT_EQ(sum.writes.prune_before, WallTime(2s));
  EXPECT_EQ(std::get<Done>(sum.reply.value()).decision, "second");
}

TEST(StepSum, KeepsCommandsLogEntriesAndFactsInOrder) {
  const auto step = [](const char* name) {
    Step made;
    made.commands.emplace_back(LoadOldest{{1}, name});
    made.log_entries.push_back({LogEntry::Level::Info, name, {}});
    made.transitions.push_back({name, "Pending", {}});
    made.cancels.push_back({name, "policy", CancelResult::Requested});
    made.removals.push_back({name, "age", 1});
    return made;
  };
  Step sum = step("first");
  append(sum, step("second"));
  ASSERT_EQ(sum.commands.size(), 2U);
  EXPECT_EQ(std::get<LoadOldest>(sum.commands[1]).webhook, "second");
  ASSERT_EQ(sum.log_entries.size(), 2U);
  EXPECT_EQ(sum.log_entries[1].event, "second");
  ASSERT_EQ(sum.transitions.size(), 2U);
  EXPECT_EQ(sum.transitions[0].region, "first");
  ASSERT_EQ(sum.cancels.size(), 2U);
  EXPECT_EQ(sum.cancels[1].region, "second");
  ASSERT_EQ(sum.removals.size(), 2U);
  EXPECT_EQ(sum.removals[0].webhook, "first");
}

}  // namespace
}  // namespace mactiond::core
