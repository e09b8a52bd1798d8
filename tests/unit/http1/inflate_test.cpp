#include "http1/inflate.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "support/deflated.hpp"

namespace mactiond::net {
namespace {

using test::deflated;

constexpr std::size_t kLimit = 1'000'000;

const std::string& sample() {
  static const std::string text = [] {
    Random random(7);
    std::string out;
    while (out.size() < 40'000) out += std::to_string(random.below(1000)) + ", ";
    return out;
  }();
  return text;
}

struct Row {
  const char* coding;
  int format;
};
constexpr Row kRows[] = {{"gzip", test::kGzip},
                         {"x-gzip", test::kGzip},
                         {" GZip ", test::kGzip},
                         {"deflate", test::kZlib},
                         {"deflate", test::kRaw}};

TEST(DecodeBody, UndoesEveryCoding) {
  for (const auto& [coding, format] : kRows) {
    SCOPED_TRACE(coding + std::to_string(format));
    const auto body = decode_body(coding, deflated(sample(), format), kLimit);
    ASSERT_TRUE(body) << body.error().message();
    EXPECT_TRUE(*body == sample());
    const auto empty = decode_body(coding, deflated("", format), kLimit);
    ASSERT_TRUE(empty);
    EXPECT_EQ(*empty, "");
  }
}

TEST(DecodeBody, LeavesAPlainBodyAlone) {
  EXPECT_EQ(*decode_body("", "text", 4), "text");
  EXPECT_EQ(*decode_body("Identity", "text", 4), "text");
  EXPECT_EQ(decode_body("", "text", 3).error().code, make_error_code(Errc::BodyTooLarge));
}

TEST(DecodeBody, AnEmptyBodyIsEmptyUnderAnyCoding) {
  EXPECT_EQ(*decode_body("gzip", "", kLimit), "");
  EXPECT_EQ(*decode_body("deflate", "", kLimit), "");
}

TEST(DecodeBody, RefusesOtherCodings) {
  for (const char* coding : {"br", "gzip, gzip", "zstd", "compress", "gzip;q=1"}) {
    EXPECT_EQ(decode_body(coding, "", kLimit).error().code,
              make_error_code(Errc::BadContentEncoding));
  }
}

TEST(DecodeBody, StopsExactlyAtTheLimit) {
  for (const auto& [coding, format] : kRows) {
    SCOPED_TRACE(coding + std::to_string(format));
    const std::string packed = deflated(std::string(100'000, 'x'), format);
    EXPECT_TRUE(decode_body(coding, packed, 100'000));
    EXPECT_EQ(decode_body(coding, packed, 99'999).error().code,
              make_error_code(Errc::BodyTooLarge));
  }
}

TEST(DecodeBody, NoticesEveryTruncation) {
  for (const auto& [coding, format] : kRows) {
    SCOPED_TRACE(coding + std::to_string(format));
    const std::string packed = deflated("a small body, a small body, a small body", format);
    for (std::size_t size = 1; size < packed.size(); ++size) {
      EXPECT_EQ(decode_body(coding, packed.substr(0, size), kLimit).error().code,
                make_error_code(Errc::BadContentEncoding))
          << size;
    }
  }
}

TEST(DecodeBody, ReturnsNoDamagedGzipBody) {
  const std::string text = "a small body, a small body, a small body";
  const std::string packed = deflated(text, test::kGzip);
  std::size_t refused = 0;
  for (std::size_t i = 0; i < packed.size(); ++i) {
    std::string damaged = packed;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    const auto body = decode_body("gzip", damaged, kLimit);
    if (!body) ++refused;
    // The stamp in the header means nothing, and two distances can lead to equal text.
    EXPECT_TRUE(!body || *body == text) << i;
  }
  EXPECT_GT(refused, packed.size() / 2);
}

TEST(DecodeBody, JoinsGzipMembersAndRefusesWhatFollowsThem) {
  const std::string one = deflated("one", test::kGzip);
  const std::string two = deflated("two", test::kGzip);
  EXPECT_EQ(*decode_body("gzip", one + two, kLimit), "onetwo");
  EXPECT_EQ(decode_body("gzip", one + two, 5).error().code, make_error_code(Errc::BodyTooLarge));
  EXPECT_FALSE(decode_body("gzip", one + "garbage", kLimit));
  EXPECT_FALSE(decode_body("deflate", deflated("one", test::kZlib) + "garbage", kLimit));
  EXPECT_FALSE(decode_body("deflate", deflated("one", test::kRaw) + "garbage", kLimit));
}

TEST(DecodeBody, SurvivesGarbage) {
  Random random(3);
  for (int i = 0; i < 4'000; ++i) {
    std::string body = deflated("some text to begin with", kRows[random.below(5)].format);
    for (std::uint64_t edits = random.below(4) + 1; edits > 0; --edits) {
      body[random.below(body.size())] = static_cast<char>(random.next());
    }
    const auto decoded = decode_body(kRows[random.below(5)].coding, body, 1000);
    EXPECT_TRUE(!decoded || decoded->size() <= 1000);
  }
}

}  // namespace
}  // namespace mactiond::net
