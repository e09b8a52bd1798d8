#include "base/guid.hpp"

#include <gtest/gtest.h>

namespace mactiond {
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

TEST(Guid, IsFoundInAText) {
  const std::string_view guid = "5382f7ea-7557-4ab7-9782-d50480024a4e";
  EXPECT_EQ(find_guid("Action 5382F7EA-7557-4ab7-9782-d50480024a4e is pending"), guid);
  EXPECT_EQ(find_guid(guid), guid);
  EXPECT_EQ(find_guid("1e5bc9d7e413ddd7902c2932e418702b84d0cc07"), std::nullopt);
  EXPECT_EQ(find_guid("5382f7ea-7557-4ab7-9782-d50480024a4"), std::nullopt);
  EXPECT_EQ(find_guid(""), std::nullopt);
}

}  // namespace
}  // namespace mactiond
