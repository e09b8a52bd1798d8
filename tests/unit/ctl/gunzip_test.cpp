#include "ctl/gunzip.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/deflated.hpp"

namespace mactiond::ctl {
namespace {

constexpr std::uint64_t kMost = std::uint64_t{1} << 30U;

struct Unpacked {
  std::string text;
  std::string trouble;
  bool was_packed = false;
};

Unpacked unpack(std::string_view file, std::size_t piece = 1000, std::uint64_t most = kMost) {
  Unpacked result;
  Gunzip gunzip(
      [&result](std::string_view bytes) {
        result.text += bytes;
        return true;
      },
      most);
  bool good = true;
  while (good && !file.empty()) {
    good = gunzip.push(file.substr(0, piece));
    file.remove_prefix(std::min(piece, file.size()));
  }
  if (good) good = gunzip.finish();
  EXPECT_EQ(good, !gunzip.trouble());
  result.trouble = gunzip.trouble().value_or("");
  result.was_packed = gunzip.was_packed();
  return result;
}

std::string gzipped(const std::string& text) { return test::deflated(text, test::kGzip); }

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "line " + std::to_string(i * i) + '\n';
  return text;
}

TEST(CtlGunzip, UnpacksInPiecesOfAnySize) {
  const std::string text = lines(5000);
  const std::string file = gzipped(text);
  for (const std::size_t piece : {1UL, 2UL, 3UL, 997UL, 1'000'000UL}) {
    const Unpacked result = unpack(file, piece);
    EXPECT_TRUE(result.text == text) << piece;
    EXPECT_EQ(result.trouble, "");
    EXPECT_TRUE(result.was_packed);
  }
}

TEST(CtlGunzip, UnpacksSeveralPartsInARow) {
  for (const std::size_t piece : {1UL, 1000UL}) {
    EXPECT_EQ(unpack(gzipped("ab") + gzipped("") + gzipped("cd"), piece).text, "abcd");
  }
}

TEST(CtlGunzip, UnpacksOneLayerOnly) {
  EXPECT_EQ(unpack(gzipped(gzipped("text"))).text, gzipped("text"));
}

TEST(CtlGunzip, PassesOnWhatIsNotPacked) {
  for (const char* text : {"", "P", "\x1f", "PK\x03\x04 a zip archive", "plain text"}) {
    for (const std::size_t piece : {1UL, 1000UL}) {
      const Unpacked result = unpack(text, piece);
      EXPECT_EQ(result.text, text);
      EXPECT_EQ(result.trouble, "");
      EXPECT_FALSE(result.was_packed);
    }
  }
}

TEST(CtlGunzip, RefusesWhatIsDamagedOrCut) {
  const std::string file = gzipped(lines(100));
  std::string damaged = file;
  damaged[file.size() / 2] ^= 0x55;
  for (const std::string& bad :
       {file.substr(0, file.size() - 1), file.substr(0, 5), std::string("\x1f\x8b"), damaged,
        file + "x", file + file.substr(0, 10), std::string("\x1f\x8bxxxxxxxxxxxxxxxxxxxx")}) {
    for (const std::size_t piece : {1UL, 1000UL}) {
      EXPECT_EQ(unpack(bad, piece).trouble,
                "the packed file is damaged; --raw saves it as it came");
    }
  }
}

TEST(CtlGunzip, IsBounded) {
  const std::string bomb = gzipped(std::string(10'000'000, '\0'));
  EXPECT_LT(bomb.size(), 20'000U);
  const Unpacked result = unpack(bomb, 100'000, 1'000'000);
  EXPECT_EQ(result.trouble, "the packed file unpacks to too much; --raw saves it as it came");
  EXPECT_LE(result.text.size(), 1'000'000U);
  EXPECT_EQ(unpack(gzipped("0123"), 1000, 4).text, "0123");
}

TEST(CtlGunzip, EndsWhereNobodyWantsMore) {
  Gunzip gunzip([](std::string_view) { return false; }, kMost);
  EXPECT_FALSE(gunzip.push(gzipped("text")));
  EXPECT_FALSE(gunzip.trouble());
}

}  // namespace
}  // namespace mactiond::ctl
