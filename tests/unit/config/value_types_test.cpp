#include "config/value_types.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mactiond::config {
namespace {

TEST(TomlText, EscapesWhatTomlCannotHold) {
  EXPECT_EQ(toml_text("a\"b\\c\n\x7f"), "\"a\\\"b\\\\c\\u000A\\u007F\"");
}

TEST(Fraction, PrintsANumberWithAPoint) {
  EXPECT_EQ(Fraction{}.print(1.0), "1.0");
  EXPECT_EQ(Fraction{}.print(0.35), "0.35");
}

}  // namespace
}  // namespace mactiond::config
