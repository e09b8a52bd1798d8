#include "ops/message_id.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

namespace mactiond::ops {
namespace {

TEST(MessageId, IsThatOfTheEvent) {
  EXPECT_EQ(message_id("region_degraded"), "f77d907002e441ea853c695a444e14b7") << "never changes";
  EXPECT_EQ(message_id("no_such_event"), "");
}

TEST(MessageId, EachHasItsPlaceInTheCatalogAndIsOneOfAKind) {
  std::ifstream catalog(MACTIOND_FIXTURES "/../../systemd/mactiond.catalog");
  std::multiset<std::string> explained;
  for (std::string line; std::getline(catalog, line);) {
    if (line.starts_with("-- ")) explained.insert(line.substr(3));
  }
  std::multiset<std::string> known;
  for (const MessageKind& kind : message_kinds()) known.emplace(kind.id);
  EXPECT_EQ(explained, known);
  EXPECT_EQ(std::set<std::string>(known.begin(), known.end()).size(), known.size());
  for (const std::string& id : known) {
    EXPECT_EQ(id.size(), 32U);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
  }
}

}  // namespace
}  // namespace mactiond::ops
