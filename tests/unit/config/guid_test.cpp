#include "config/guid.hpp"

#include <gtest/gtest.h>

namespace mactiond::config {
namespace {

TEST(Guid, HasOneFormWhateverItsSpelling) {
  constexpr std::string_view kDigits = "0123456789abcdef0123456789abcdef";
  EXPECT_EQ(guid_digits("01234567-89ab-cdef-0123-456789abcdef"), kDigits);
  EXPECT_EQ(guid_digits("{01234567-89AB-CDEF-0123-456789ABCDEF}"), kDigits);
  EXPECT_EQ(guid_digits(kDigits), kDigits);
}

TEST(Guid, IsNothingElse) {
  for (const std::string_view text :
       {"", "contoso.example", "0123456789abcdef0123456789abcde",
        "g123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef0"}) {
    EXPECT_FALSE(guid_digits(text)) << text;
  }
}

TEST(Guid, OfThePortalHasHyphensAndNoBraces) {
  EXPECT_TRUE(is_guid_with_hyphens("01234567-89ab-CDEF-0123-456789abcdef"));
  EXPECT_FALSE(is_guid_with_hyphens("{01234567-89ab-cdef-0123-456789abcdef}"));
  EXPECT_FALSE(is_guid_with_hyphens("0123456789abcdef0123456789abcdef"));
  EXPECT_FALSE(is_guid_with_hyphens("0123456-789ab-cdef-0123-456789abcdef"));
}

}  // namespace
}  // namespace mactiond::config
