#include "base/enum_values.hpp"

#include <gtest/gtest.h>

namespace mactiond {
namespace {

enum class Fruit { Apple, Pear };

constexpr std::string_view to_string(Fruit fruit) {
  switch (fruit) {
    case Fruit::Apple:
      return "apple";
    case Fruit::Pear:
      return "pear";
  }
  return "";
}

TEST(EnumValues, AreAllInTheirOrder) {
  static_assert(kValuesOf<Fruit>.size() == 2);
  EXPECT_EQ(kValuesOf<Fruit>[0], Fruit::Apple);
  EXPECT_EQ(kValuesOf<Fruit>[1], Fruit::Pear);
}

TEST(EnumValues, AreFoundByTheirExactNames) {
  EXPECT_EQ(value_named<Fruit>("pear"), Fruit::Pear);
  EXPECT_FALSE(value_named<Fruit>("Pear"));
  EXPECT_FALSE(value_named<Fruit>(""));
}

}  // namespace
}  // namespace mactiond
