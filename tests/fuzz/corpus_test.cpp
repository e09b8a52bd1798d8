#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "fuzz/entries.hpp"

namespace mactiond::fuzz {
namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Also cut short at every length, and with every byte of the beginning broken: what a fuzzer does
// first.
void run_around(const Entry& entry, const std::string& seed) {
  constexpr std::size_t kBroken = 400;
  entry.run(seed);
  const std::size_t some = std::min(seed.size(), kBroken);
  for (std::size_t i = 0; i < some; ++i) {
    entry.run(std::string_view(seed).substr(0, i));
    std::string broken = seed;
    for (const char c : {'\0', '"', '\xff', '9'}) {
      broken[i] = c;
      entry.run(broken);
    }
  }
}

class Corpus : public testing::TestWithParam<Entry> {};

TEST_P(Corpus, BreaksNothing) {
  int seeds = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(MACTIOND_CORPUS "/" + std::string(GetParam().name))) {
    SCOPED_TRACE(file.path());
    run_around(GetParam(), content_of(file.path()));
    ++seeds;
  }
  EXPECT_GE(seeds, 3);
}

INSTANTIATE_TEST_SUITE_P(All, Corpus, testing::ValuesIn(entries()),
                         [](const auto& entry) { return std::string(entry.param.name); });

}  // namespace
}  // namespace mactiond::fuzz
