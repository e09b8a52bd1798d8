#include "store/machine_names.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "unit/store/rows.hpp"

namespace mactiond::store {
namespace {

using core::KnownMachine;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class MachineNamed : public StoreTest {
 protected:
  /// An action on a machine, created at a second.
  void put(const std::string& computer, const std::string& machine, std::int64_t created,
           const std::string& region = "eu") {
    core::ActionRow row = action_row("a" + std::to_string(++last_), ActionStatus::Known::Succeeded);
    row.region = region;
    row.action.machine_id = machine;
    row.action.computer_dns_name = computer;
    row.action.created = at(created);
    core::Batch batch;
    batch.actions.push_back(std::move(row));
    commit(batch);
  }
  std::vector<KnownMachine> find(const std::string& name) {
    return store_.find_machine_ids("eu", name).value();
  }
  std::vector<std::string> ids(const std::string& name) {
    std::vector<std::string> found;
    for (const KnownMachine& machine : find(name)) found.push_back(machine.id);
    return found;
  }

  int last_ = 0;
};

TEST_F(MachineNamed, IsFoundByItsFullNameInAnyLetterCase) {
  put("Srv-1.contoso.com", "m1", 1);
  put("srv-1.contoso.com", "m1", 5);
  put("srv-1.fabrikam.com", "m2", 2);
  EXPECT_THAT(find("SRV-1.Contoso.COM"),
              ElementsAre(KnownMachine{"m1", "srv-1.contoso.com", at(5)}));
  EXPECT_THAT(find("srv-1.contoso"), IsEmpty());
}

TEST_F(MachineNamed, IsFoundByTheFirstLabel) {
  put("srv-1.contoso.com", "m1", 1);
  put("SRV-1.fabrikam.com", "m2", 3);
  put("srv-1", "m3", 2);
  put("srv-10.contoso.com", "m4", 9);
  put("srv-1-x.contoso.com", "m5", 9);
  put("srv-1.contoso.com", "m6", 9, "us");
  EXPECT_THAT(ids("srv-1"), ElementsAre("m2", "m3", "m1"));
}

TEST_F(MachineNamed, OneThatWasReinstalledHasItsNewestFirst) {
  put("srv-1.contoso.com", "old", 1);
  put("srv-1.contoso.com", "new", 8);
  put("srv-1.contoso.com", "old", 3);
  EXPECT_THAT(ids("srv-1.contoso.com"), ElementsAre("new", "old"));
}

TEST_F(MachineNamed, AnActionWithoutAMachineNamesNone) {
  put("srv-1.contoso.com", "", 1);
  EXPECT_THAT(ids("srv-1"), IsEmpty());
  EXPECT_THAT(ids(""), IsEmpty());
}

TEST_F(MachineNamed, IsFoundByItsIdUnderItsNewestName) {
  put("srv-1.contoso.com", "m1", 1);
  put("srv-2.contoso.com", "m1", 5);
  put("srv-3.contoso.com", "m2", 9);
  put("srv-4.contoso.com", "m3", 9, "us");
  EXPECT_EQ(store_.find_machine("eu", "m1").value(),
            (KnownMachine{"m1", "srv-2.contoso.com", at(5)}));
  EXPECT_FALSE(store_.find_machine("eu", "m3").value());
}

TEST_F(MachineNamed, AtMostTwentyAreListed) {
  for (int i = 10; i < 40; ++i) put("srv-1.contoso.com", "m" + std::to_string(i), i);
  const auto found = ids("srv-1");
  ASSERT_EQ(found.size(), 20U);
  EXPECT_EQ(found.front(), "m39");
  EXPECT_EQ(found.back(), "m20");
}

}  // namespace
}  // namespace mactiond::store
