#include "ops/log_recovery.hpp"

#include <gtest/gtest.h>

namespace mactiond::ops {
namespace {

TEST(LogRecovery, ReadsTheNumberOfALine) {
  EXPECT_EQ(seq_of_line("{\"seq\":17,\"id\":"), 17U);
  EXPECT_EQ(seq_of_line("{\"seq\":18446744073709551615,"), ~std::uint64_t{0});
  for (const char* other : {"", "{", "{\"seq\":", "{\"seq\":17", "{\"seq\":,", "{\"seq\":-1,",
                            "{\"seq\":18446744073709551616,", " {\"seq\":1,", "{\"id\":1,"}) {
    EXPECT_FALSE(seq_of_line(other)) << other;
  }
}

}  // namespace
}  // namespace mactiond::ops
