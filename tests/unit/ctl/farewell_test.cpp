#include "ctl/farewell.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <string>

namespace mactiond::ctl {
namespace {

// Who runs the tests in the background may have the signal ignored.
void take_by_default(int signal) { static_cast<void>(std::signal(signal, SIG_DFL)); }

// The process ends by the signal, as its shell expects.
void interrupted(int signal) {
  Farewell farewell;
  farewell.set("too early\n");
  farewell.set("sub_1 stays\x1b with the daemon\n");
  static_cast<void>(std::raise(signal));
}

TEST(FarewellDeathTest, SaysSomethingBeforeTheSignalEndsTheProgram) {
  for (const int signal : {SIGINT, SIGTERM}) {
    EXPECT_EXIT(
        {
          take_by_default(signal);
          interrupted(signal);
        },
        testing::KilledBySignal(signal), "^sub_1 stays  with the daemon\n$");
  }
}

TEST(FarewellDeathTest, IsGoneWithItsOwner) {
  EXPECT_EXIT(
      {
        take_by_default(SIGINT);
        { const Farewell farewell; }
        static_cast<void>(std::raise(SIGINT));
      },
      testing::KilledBySignal(SIGINT), "^$");
}

TEST(FarewellDeathTest, LeavesASignalIgnoredThatWasIgnored) {
  EXPECT_EXIT(
      {
        static_cast<void>(std::signal(SIGINT, SIG_IGN));
        interrupted(SIGINT);
        std::exit(3);
      },
      testing::ExitedWithCode(3), "^$");
}

}  // namespace
}  // namespace mactiond::ctl
