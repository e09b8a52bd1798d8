#include <gtest/gtest.h>

#include <chrono>

#include "core/quota/limiter.hpp"
#include "sim/quota_judge.hpp"
#include "sim/throttle.hpp"

namespace mactiond::sim {
namespace {

using namespace std::chrono_literals;

struct Own {
  QuotaKind what;
  Operation operation;
};

/// As fast as the limiter lets them, with a restart now and then.
TEST(OwnLimits, TheApiAndTheJudgeAgreeWithTheLimiter) {
  for (const Own& own : {Own{QuotaKind::PackageLink, Operation::PackageUri},
                         Own{QuotaKind::LiveResponse, Operation::LiveResponse}}) {
    core::Limiter limiter({}, "boot");
    Throttle throttle;
    CallLedger ledger;
    MonoTime now{1h};
    for (int call = 0; call < 500; ++call) {
      while (const auto when = limiter.try_take(core::Lane::Operator, now, own.what)) now = *when;
      const WallTime server(now.time_since_epoch());
      ledger.record(own.operation, server);
      EXPECT_FALSE(throttle.admit(own.operation, {}, server)) << call;
      if (call % 7 != 0) continue;
      core::Limiter next({}, "boot");
      next.restore(limiter.rows("r1"), now);
      limiter = next;
    }
    EXPECT_EQ(ledger.windows_over(), 0U);
    EXPECT_EQ(ledger.calls(own.operation), 500U);
  }
}

}  // namespace
}  // namespace mactiond::sim
