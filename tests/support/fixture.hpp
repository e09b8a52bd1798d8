#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace mactiond::test {

/// The bytes of tests/fixtures/name without the newline that ends the file.
inline std::string read_fixture(const std::string& name) {
  std::ifstream file(MACTIOND_FIXTURES "/" + name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace mactiond::test
