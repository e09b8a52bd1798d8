#include "base/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace mactiond {
namespace {

TEST(Text, ComparesAsciiWithoutLetterCase) {
  EXPECT_TRUE(iequals("Retry-After", "retry-AFTER"));
  EXPECT_FALSE(iequals("Retry-After", "Retry-Afte"));
  EXPECT_FALSE(iequals("[", "{"));
  EXPECT_EQ(to_lower("EU-Ä1"), "eu-Ä1");
}

TEST(Text, TrimsBlanksAtBothEnds) {
  EXPECT_EQ(trim(" \t\r\n a b \n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(trim(""), "");
}

struct Vector {
  const char* bytes;
  const char* text;
};

// RFC 4648, section 10.
constexpr Vector kBase64[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

TEST(Base64, FitsTheVectorsOfTheRfc) {
  for (const auto& [bytes, text] : kBase64) {
    EXPECT_EQ(base64_encode(bytes), text);
    EXPECT_EQ(base64_decode(text), bytes);
  }
}

TEST(Base64, ReadsTextWithoutPadding) {
  EXPECT_EQ(base64_decode("Zg"), "f");
  EXPECT_EQ(base64_decode("Zm8"), "fo");
}

TEST(Base64, RefusesAnythingElse) {
  for (const char* text : {"Z", "Zg=", "Zm9v=", "====", "=", "Zm 9v", "Zm9v\n", "Zm-_",
                           "Zg==Zg==", "Z===", "Zm9v==="}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

TEST(Base64, HasTheTwoAlphabets) {
  EXPECT_EQ(base64_encode("\xfb\xff"), "+/8=");
  EXPECT_EQ(base64url_encode("\xfb\xff"), "-_8");
  EXPECT_EQ(base64url_decode("-_8"), "\xfb\xff");
  EXPECT_EQ(base64url_decode("+/8"), std::nullopt);
  EXPECT_EQ(base64url_decode("-_8="), std::nullopt);
}

RC_GTEST_PROP(Base64, ReadsBackWhatItWrites, (const std::string& bytes)) {
  RC_ASSERT(base64_decode(base64_encode(bytes)) == bytes);
  RC_ASSERT(base64url_decode(base64url_encode(bytes)) == bytes);
}

TEST(PercentEncoding, LeavesUnreservedCharactersAlone) {
  EXPECT_EQ(percent_encode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encode("a b/c?d%e+f'ä"), "a%20b%2Fc%3Fd%25e%2Bf%27%C3%A4");
}

TEST(PercentEncoding, DecodesBothCasesAndThePlusWhereAsked) {
  EXPECT_EQ(percent_decode("%2F%2fa+b", false), "//a+b");
  EXPECT_EQ(percent_decode("a+b%2B", true), "a b+");
}

TEST(PercentEncoding, RefusesABrokenEscape) {
  for (const char* text : {"%", "%4", "a%", "%G1", "%1G", "%-1", "% 1"}) {
    EXPECT_EQ(percent_decode(text, false), std::nullopt) << text;
  }
}

RC_GTEST_PROP(PercentEncoding, ReadsBackWhatItWrites, (const std::string& bytes)) {
  RC_ASSERT(percent_decode(percent_encode(bytes), false) == bytes);
  RC_ASSERT(percent_decode(percent_encode(bytes), true) == bytes);
}

}  // namespace
}  // namespace mactiond
