#include <gtest/gtest.h>

#include <chrono>
#include <utility>

#include "sim/defender_model.hpp"

namespace mactiond::sim {
namespace {

using std::chrono::seconds;

constexpr WallTime kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 20)};
const std::string kMachine(40, 'b');

Spec planned(Plan plan) {
  Spec spec;
  spec.machine_id = kMachine;
  spec.plan = std::move(plan);
  return spec;
}

class DefenderCreate : public testing::Test {
 protected:
  /// Holds for what comes.
  void change(void (*how)(Traits&)) {
    Traits traits = model_.traits();
    how(traits);
    model_.set_traits(traits);
  }
  DefenderModel& model() { return model_; }

 private:
  DefenderModel model_{Traits{}, 1};
};

TEST_F(DefenderCreate, RefusesASecondActionOfTheSameTypeWhileOneIsOpen) {
  Spec spec = planned({{seconds(10), "Succeeded"}});
  ASSERT_TRUE(model().create(spec, kStart));
  EXPECT_EQ(model().create(spec, kStart).error().code, "ActiveRequestAlreadyExists");
  Spec other = spec;
  other.type = "Isolate";
  EXPECT_TRUE(model().create(other, kStart));
  EXPECT_TRUE(model().create(spec, kStart + seconds(11)));
}

TEST_F(DefenderCreate, HasAPackageOnceTheCollectionSucceeded) {
  Spec spec = planned({{seconds(10), "Succeeded"}});
  spec.type = "CollectInvestigationPackage";
  const ActionId package = model().add(spec, kStart);
  const ActionId scan = model().add(planned({}), kStart);
  EXPECT_EQ(model().package(package, kStart).error().code, "ResourceNotFound");
  EXPECT_EQ(model().package(scan, kStart).error().code, "InvalidInput");
  EXPECT_TRUE(model().package(package, kStart + seconds(11)));
}

TEST_F(DefenderCreate, HasAResultOfEachFinishedCommandThatBringsOne) {
  Spec spec = planned({{seconds(10), "Succeeded"}});
  spec.type = "LiveResponse";
  for (const char* type : {"PutFile", "RunScript", "GetFile"}) {
    spec.commands.push_back({type, {}, "Created", {}, {}});
  }
  const ActionId id = model().add(spec, kStart);
  EXPECT_EQ(model().live_result(id, 1, kStart).error().status, 404);
  const WallTime later = kStart + seconds(11);
  EXPECT_EQ(model().live_result(id, 0, later).error().status, 404);
  EXPECT_TRUE(model().live_result(id, 1, later));
  EXPECT_TRUE(model().live_result(id, 2, later));
  EXPECT_EQ(model().live_result(id, 3, later).error().status, 404);
}

TEST_F(DefenderCreate, NamesTheActionInTheWayWhereConfigured) {
  change([](Traits& traits) { traits.name_blocker = true; });
  const auto first = model().create(planned({}), kStart);
  ASSERT_TRUE(first);
  const std::string id = (*first)->entity().id;
  const Refusal refusal = model().create(planned({}), kStart).error();
  EXPECT_EQ(refusal.code, "ActiveRequestAlreadyExists");
  EXPECT_NE(refusal.message.find(id), std::string::npos);
}

TEST_F(DefenderCreate, ReturnsTheOpenActionWhereConfigured) {
  change([](Traits& traits) { traits.duplicate = Duplicate::ReturnFirst; });
  const auto first = model().create(planned({}), kStart);
  ASSERT_TRUE(first);
  const std::string id = (*first)->entity().id;
  Spec again = planned({});
  again.comment = "another";
  EXPECT_EQ((*model().create(again, kStart))->entity().id, id);
  EXPECT_EQ(model().size(), 1U);
}

TEST_F(DefenderCreate, KnowsNoOtherMachinesThanThoseNamedWhereStrict) {
  change([](Traits& traits) { traits.strict_machines = true; });
  EXPECT_EQ(model().create(planned({}), kStart).error().code, "ResourceNotFound");
  Machine machine;
  machine.id = kMachine;
  machine.computer_dns_name = "pc1";
  model().directory().put(machine);
  const auto made = model().create(planned({}), kStart);
  ASSERT_TRUE(made);
  EXPECT_EQ((*made)->entity().computer_dns_name, "pc1");
}

TEST_F(DefenderCreate, RefusesWhatTheMachineRefuses) {
  Refusal refusal;
  refusal.status = 403;
  refusal.code = "DisallowedOperation";
  EXPECT_TRUE(model().directory().refuse(kMachine, refusal, kStart));
  EXPECT_EQ(model().create(planned({}), kStart).error().code, "DisallowedOperation");
  EXPECT_EQ(model().size(), 0U);
  EXPECT_TRUE(model().directory().refuse(kMachine, std::nullopt, kStart));
  EXPECT_TRUE(model().create(planned({}), kStart));
}

TEST_F(DefenderCreate, HasAMostOfLiveResponsesAtOneTime) {
  change([](Traits& traits) { traits.live_sessions = 2; });
  Spec spec = planned({{seconds(10), "Succeeded"}});
  spec.type = "LiveResponse";
  for (const char digit : {'1', '2'}) {
    spec.machine_id = std::string(40, digit);
    EXPECT_TRUE(model().create(spec, kStart));
  }
  spec.machine_id = std::string(40, '3');
  EXPECT_EQ(model().create(spec, kStart).error().status, 429);
  EXPECT_TRUE(model().create(planned({}), kStart));
  EXPECT_TRUE(model().create(spec, kStart + seconds(11)));
}

}  // namespace
}  // namespace mactiond::sim
