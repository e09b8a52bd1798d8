#include "sim/faults.hpp"

#include <gtest/gtest.h>

namespace mactiond::sim {
namespace {

TEST(FaultPlan, StrikesTheNextCallsOnly) {
  FaultPlan plan(1);
  plan.add({Fault::Reset, Operation::List, 2, 0});
  EXPECT_FALSE(plan.draw(Operation::Get));
  EXPECT_EQ(plan.draw(Operation::List), Fault::Reset);
  EXPECT_EQ(plan.draw(Operation::List), Fault::Reset);
  EXPECT_FALSE(plan.draw(Operation::List));
}

TEST(FaultPlan, SparesTokenRequestsUnlessNamed) {
  FaultPlan plan(1);
  plan.add({Fault::Unauthorized, std::nullopt, 1, 0});
  EXPECT_FALSE(plan.draw(Operation::Token));
  plan.add({Fault::ServerErrorHtml, Operation::Token, 1, 0});
  EXPECT_EQ(plan.draw(Operation::Token), Fault::ServerErrorHtml);
  EXPECT_EQ(plan.draw(Operation::Get), Fault::Unauthorized);
}

TEST(FaultPlan, SparesDownloadsUnlessNamed) {
  FaultPlan plan(1);
  plan.add({Fault::Endless, std::nullopt, 1, 0});
  EXPECT_FALSE(plan.draw(Operation::Download));
  plan.add({Fault::RedirectHttp, Operation::Download, 1, 0});
  EXPECT_EQ(plan.draw(Operation::Download), Fault::RedirectHttp);
}

TEST(FaultPlan, DistinguishesFaultsOfTheAnswerFromThoseOfTheCall) {
  FaultPlan plan(1);
  plan.add({Fault::Reset, Operation::Cancel, 1, 0, true});
  EXPECT_FALSE(plan.draw(Operation::Cancel));
  EXPECT_EQ(plan.draw_after(Operation::Cancel), Fault::Reset);
  EXPECT_FALSE(plan.draw_after(Operation::Cancel));
}

TEST(FaultPlan, StrikesAtItsRateAndRepeatsWithTheSeed) {
  FaultPlan plan(7);
  FaultPlan again(7);
  plan.add({Fault::Stall, std::nullopt, 0, 250});
  again.add({Fault::Stall, std::nullopt, 0, 250});
  int struck = 0;
  for (int call = 0; call < 4000; ++call) {
    const auto fault = plan.draw(Operation::List);
    EXPECT_EQ(fault, again.draw(Operation::List));
    if (fault) ++struck;
  }
  EXPECT_NEAR(struck, 1000, 150);
}

TEST(FaultPlan, IsQuietWhenCleared) {
  FaultPlan plan(1);
  plan.add({Fault::Stall, std::nullopt, 5, 1000});
  EXPECT_TRUE(plan.draw(Operation::List));
  plan.clear();
  EXPECT_FALSE(plan.draw(Operation::List));
}

TEST(Faults, HaveNamesThatReadBack) {
  for (const auto& [fault, name] : kFaults) {
    EXPECT_EQ(to_string(fault), name);
    EXPECT_EQ(parse_fault(name), fault);
  }
  EXPECT_FALSE(parse_fault("earthquake"));
}

}  // namespace
}  // namespace mactiond::sim
