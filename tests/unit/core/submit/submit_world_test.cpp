#include "submit_world.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/enum_values.hpp"

namespace mactiond::core {
namespace {

constexpr std::uint64_t kSeeds = 40;

TEST(SubmitWorldTest, KeepsEveryPromiseWhateverIsLostAndWheneverItCrashes) {
  std::map<SubmissionState, int> ends;
  int crashes = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    test::SubmitWorld world(seed);
    world.run();
    for (const std::string& broken : world.broken())
      ADD_FAILURE() << "seed " << seed << ": " << broken;
    for (const auto& [id, row] : world.rows()) ++ends[row.state];
    crashes += world.crashes();
  }
  EXPECT_GT(crashes, 0);
  for (const SubmissionState state : kValuesOf<SubmissionState>) {
    EXPECT_EQ(ends[state] > 0, is_final(state)) << to_string(state);
  }
}

}  // namespace
}  // namespace mactiond::core
