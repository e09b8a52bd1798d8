#include "action/machine_query.hpp"

#include <gtest/gtest.h>

#include <string>

#include "action/machine.hpp"

namespace mactiond {
namespace {

using Kind = MachineQuery::Kind;

TEST(MachineQuery, BeginsWithTheWholeName) {
  EXPECT_EQ(first_query("PC-1.Contoso.com"), (MachineQuery{Kind::Name, "pc-1.contoso.com"}));
  EXPECT_EQ(first_query("pc_1"), (MachineQuery{Kind::Name, "pc_1"}));
}

TEST(MachineQuery, GoesOnWithAShortNameAsFirstLabel) {
  EXPECT_EQ(query_after({Kind::Name, "pc-1"}), (MachineQuery{Kind::FirstLabel, "pc-1"}));
  EXPECT_EQ(query_after({Kind::Name, "pc-1.contoso.com"}), std::nullopt);
  EXPECT_EQ(query_after({Kind::FirstLabel, "pc-1"}), std::nullopt);
}

TEST(MachineQuery, HoldsSoundNamesOnly) {
  for (const std::string& name :
       {std::string(), std::string("a b"), std::string("a'b"), std::string("a/b"),
        std::string("pc\n"), std::string("pç"), std::string("a*"), std::string(254, 'a')}) {
    EXPECT_EQ(first_query(name), std::nullopt) << name;
  }
  EXPECT_NE(first_query(std::string(253, 'a')), std::nullopt);
}

TEST(MachineId, HasFortyHexDigits) {
  EXPECT_TRUE(is_machine_id(std::string(40, 'a')));
  EXPECT_TRUE(is_machine_id(std::string(20, 'A') + std::string(20, '9')));
  EXPECT_FALSE(is_machine_id(""));
  EXPECT_FALSE(is_machine_id(std::string(39, 'a')));
  EXPECT_FALSE(is_machine_id(std::string(41, 'a')));
  EXPECT_FALSE(is_machine_id(std::string(39, 'a') + 'g'));
}

TEST(AlertId, HasLettersDigitsAndItsTwoSigns) {
  for (const char* id : {"da637472900382838869_1364969609", "636688558380765161_2136280442",
                         "da5382f7ea-7557-4ab7-9782-d50480024a4e_1", "da1_-2"}) {
    EXPECT_TRUE(is_alert_id(id)) << id;
  }
  for (const char* id : {"", ".", "..", "a/b", "a b", "a%2f", "da1_2?x"}) {
    EXPECT_FALSE(is_alert_id(id)) << id;
  }
  EXPECT_FALSE(is_alert_id(std::string(129, 'a')));
}

}  // namespace
}  // namespace mactiond
