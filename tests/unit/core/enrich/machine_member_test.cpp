#include "core/enrich/machine_member.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mactiond::core {
namespace {

TEST(MachineMember, SaysWhatIsKnownWithTheKeysOfTheApi) {
  EventRecord event;
  event.fields = R"("from":null)";
  add_machine(event, {{"SOC \"A\"", {"prod", "web"}}, "Windows11", "Active"});
  EXPECT_EQ(event.fields,
            R"("from":null,"machine":{"rbacGroupName":"SOC \"A\"","machineTags":["prod","web"],)"
            R"("osPlatform":"Windows11","healthStatus":"Active"})");
  EXPECT_EQ(event.subject.machine, (MachineMarks{"SOC \"A\"", {"prod", "web"}}));
}

TEST(MachineMember, SaysNullWhereTheApiSaidNothing) {
  EventRecord event;
  add_machine(event, {});
  EXPECT_EQ(event.fields, R"("machine":{"rbacGroupName":null,"machineTags":[],)"
                          R"("osPlatform":null,"healthStatus":null})");
  EXPECT_EQ(event.subject.machine, MachineMarks{});
}

TEST(MachineFactsOf, KeepsAsManyTagsAsFit) {
  Machine machine;
  machine.rbac_group_name = "A";
  machine.os_platform = "Linux";
  machine.health_status = "Inactive";
  for (int i = 0; i < 20; ++i) machine.tags.emplace_back(1000, 'x');
  const MachineFacts facts = facts_of(machine);
  EXPECT_EQ(facts.marks.group, "A");
  EXPECT_EQ(facts.os_platform, "Linux");
  EXPECT_EQ(facts.health_status, "Inactive");
  EXPECT_EQ(facts.marks.tags.size(), 16U);
}

}  // namespace
}  // namespace mactiond::core
