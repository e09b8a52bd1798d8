#include "ops/rotated_files.hpp"

#include <gtest/gtest.h>

namespace mactiond::ops {
namespace {

TEST(RotatedFiles, AreNamedAsLogrotateNamesThem) {
  for (const char* found :
       {"transitions.jsonl.1", "transitions.jsonl.90", "transitions.jsonl.2.gz",
        "transitions.jsonl.3.xz", "transitions.jsonl.4.zst", "transitions.jsonl.gz",
        "transitions.jsonl-20261130", "transitions.jsonl-20261130.bz2",
        "transitions.jsonl-2026113014", "transitions.jsonl-2026-11-30_14:00.gz",
        "transitions.jsonl-1796000000", "transitions.jsonl.2026-11-30", "transitions.1.jsonl",
        "transitions.1.jsonl.gz", "transitions-20261130.jsonl", "transitions-20261130.jsonl.zst"}) {
    EXPECT_TRUE(is_rotated(found, "transitions.jsonl")) << found;
  }
  EXPECT_TRUE(is_rotated("log.1", "log"));
  EXPECT_TRUE(is_rotated("log-20261130.gz", "log"));
  EXPECT_TRUE(is_rotated(".jsonl.1", ".jsonl"));
}

TEST(RotatedFiles, AreNoBackupsAndNoLogsOfAnotherName) {
  for (const char* found : {"transitions.jsonl",
                            "transitions.jsonl.bak",
                            "transitions.jsonl.old",
                            "transitions.jsonl~",
                            "transitions.jsonl.",
                            "transitions.jsonl.1x",
                            "transitions.jsonl.1.bak",
                            "transitions.jsonl.tmp.1",
                            "transitions.jsonl.123456",
                            "transitions.jsonl-2",
                            "transitions.jsonl-copy",
                            "transitions-2.jsonl",
                            "transitions-eu.jsonl",
                            "transitions-eu.jsonl.1",
                            "transitions2.jsonl",
                            "transitions.json",
                            "transitions",
                            "transitions.1",
                            "transitions.ecs.jsonl",
                            "transitions-20261130.csv",
                            "transitions..jsonl",
                            "old-transitions.jsonl.1",
                            ".transitions.jsonl.1"}) {
    EXPECT_FALSE(is_rotated(found, "transitions.jsonl")) << found;
  }
  EXPECT_FALSE(is_rotated("1.jsonl", ".jsonl"));
}

}  // namespace
}  // namespace mactiond::ops
