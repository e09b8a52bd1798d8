#include "webhook/signature.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/text.hpp"

namespace mactiond::webhook {
namespace {

constexpr const char* kSecret = "whsec_bWFjdGlvbmQta25vd24tYW5zd2VyLWtleS0wMDAxISE=";
constexpr const char* kOldSecret = "whsec_bWFjdGlvbmQta25vd24tYW5zd2VyLWtleS0wMDAyISE=";
constexpr const char* kId = "ma_5f0b3f6c-8d2e-5b1a-9c64-0f1e2d3c4b5a";
constexpr std::int64_t kTimestamp = 1'795'168'800;
constexpr const char* kBody = R"({"type":"action.transition","n":1})";

// Both answers were computed with the openssl command, the key being the decoded secret and the
// file id.timestamp.body without a newline:
//   openssl dgst -sha256 -hmac 'mactiond-known-answer-key-0001!!' -binary FILE | base64
constexpr const char* kSignature = "v1,FCbwTTYqURI3Y6enKPDHJY1oyKx3uEE9RPNxwuDVK1Y=";
constexpr const char* kOldSignature = "v1,o5N3SvST6asdS6T5hZxP3BWRlRGpvzQHIwG5x6i4MdQ=";

SigningKey key(const char* secret) { return *parse_signing_key(Secret(secret)); }

std::string secret_of(std::size_t size) { return "whsec_" + base64_encode(std::string(size, 'k')); }

TEST(Signature, FitsTheKnownAnswer) {
  EXPECT_EQ(sign({key(kSecret)}, kId, kTimestamp, kBody), kSignature);
}

TEST(Signature, SignsWithEachKeyInOrder) {
  EXPECT_EQ(sign({key(kSecret), key(kOldSecret)}, kId, kTimestamp, kBody),
            std::string(kSignature) + ' ' + kOldSignature);
}

// The same 32 bytes as an ed25519 seed; ed25519 gives one signature only. Made with
//   openssl pkeyutl -sign -rawin -inkey KEY -in FILE | base64
TEST(Signature, OfAPrivateKeyFitsTheKnownAnswer) {
  const std::string seed = "bWFjdGlvbmQta25vd24tYW5zd2VyLWtleS0wMDAxISE=";
  const std::string known =
      "v1a,P9xKbhTlkv+DPUkp7RJ9X2enf0LHpgb1SqEsWNi4v9jCQf13a6ErfcMzKDDq57oNiXVfwcvarGALkXuvme/"
      "JBg==";
  const SigningKey own = *parse_signing_key(Secret("whsk_" + seed));
  EXPECT_EQ(sign({own}, kId, kTimestamp, kBody), known);
  EXPECT_EQ(sign({own, key(kSecret)}, kId, kTimestamp, kBody), known + ' ' + kSignature);
  const std::string pair = *base64_decode(seed) + std::string(32, 'p');
  const SigningKey with_public = *parse_signing_key(Secret("whsk_" + base64_encode(pair)));
  EXPECT_EQ(sign({with_public}, kId, kTimestamp, kBody), known);
}

TEST(SigningKey, RefusesAPrivateKeyOfAnotherSize) {
  for (const std::size_t size : {24U, 31U, 33U, 63U, 65U}) {
    const auto parsed = parse_signing_key(Secret("whsk_" + base64_encode(std::string(size, 'k'))));
    ASSERT_TRUE(parsed.has_error()) << size;
    EXPECT_EQ(parsed.error().message().find("kkkk"), std::string::npos);
  }
}

TEST(Signature, CoversIdTimestampAndBody) {
  const SigningKey with = key(kSecret);
  EXPECT_NE(sign({with}, "ma_other", kTimestamp, kBody), kSignature);
  EXPECT_NE(sign({with}, kId, kTimestamp + 1, kBody), kSignature);
  EXPECT_NE(sign({with}, kId, kTimestamp, "{}"), kSignature);
}

TEST(Signature, IsEmptyWithoutKeys) { EXPECT_EQ(sign({}, kId, kTimestamp, kBody), ""); }

TEST(SigningKey, IsTheDecodedSecret) {
  EXPECT_EQ(key(kSecret).bytes.reveal(), "mactiond-known-answer-key-0001!!");
}

TEST(SigningKey, HasTwentyFourToSixtyFourBytes) {
  EXPECT_TRUE(parse_signing_key(Secret(secret_of(24))));
  EXPECT_TRUE(parse_signing_key(Secret(secret_of(64))));
  EXPECT_TRUE(parse_signing_key(Secret(secret_of(23))).has_error());
  EXPECT_TRUE(parse_signing_key(Secret(secret_of(65))).has_error());
}

TEST(SigningKey, RefusesWithoutShowingTheSecret) {
  for (const std::string& text :
       {std::string(), std::string("whsec_"), std::string("plain-hunter2-secret"),
        std::string("whsec_hunter2 hunter2 hunter2 hunter2 hunter2"), secret_of(30).substr(6),
        "WHSEC_" + secret_of(30).substr(6), secret_of(30) + "\n", std::string("whsec_hunter2A")}) {
    const auto parsed = parse_signing_key(Secret(text));
    ASSERT_TRUE(parsed.has_error()) << text;
    EXPECT_EQ(parsed.error().code, Errc::InvalidSecret);
    EXPECT_EQ(parsed.error().message().find("hunter2"), std::string::npos);
  }
}

}  // namespace
}  // namespace mactiond::webhook
