#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "config/loader.hpp"

namespace mactiond::config {

inline constexpr const char* kClientSecret = "c1ient-s3cret";
inline constexpr const char* kHookSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// The environment that the texts of these tests refer to.
inline Environment surroundings() {
  setenv("MACTIOND_TEST_SECRET", kClientSecret, 1);
  setenv("MACTIOND_TEST_HOOK", kHookSecret, 1);
  setenv("MACTIOND_TEST_URL", "https://hooks.example/T0/secret-path", 1);
  setenv("MACTIOND_TEST_BAD_URL", "hooks.example/secret-path", 1);
  setenv("MACTIOND_TEST_EMPTY", "", 1);
  setenv("MACTIOND_TEST_LINES", "c1ient-s3cret\nc1ient-s3cret", 1);
  setenv("MACTIOND_TEST_SHORT", "whsec_MDEyMzQ1Njc4OWFiY2Rl", 1);
  setenv("MACTIOND_TEST_PAIR", "user:c1ient-s3cret", 1);
  unsetenv("MACTIOND_TEST_UNSET");
  return {"host1.example", ""};
}

/// Seven lines; what is appended continues in the region's own table.
inline std::string region_text() {
  return "[[region]]\n"
         "name = \"eu\"\n"
         "tenant_id = \"11111111-2222-3333-4444-555555555555\"\n"
         "client_id = \"66666666-7777-8888-9999-000000000000\"\n"
         "[region.auth]\n"
         "client_secret = \"env:MACTIOND_TEST_SECRET\"\n"
         "\n";
}

inline LoadResult load(const std::string& text) {
  return load_text(text, "test.toml", surroundings());
}

inline std::string all_problems(const LoadResult& result) {
  std::string text;
  for (const Problem& problem : result.problems) text += problem.text() + '\n';
  return text;
}

/// A directory that goes away with the test.
class TempDirectory {
 public:
  TempDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "mactiond-XXXXXX").string();
    path_ = mkdtemp(pattern.data()) != nullptr ? pattern : std::string();
    EXPECT_FALSE(path_.empty());
  }
  ~TempDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string write(const std::string& name, const std::string& content,
                                  mode_t mode = 0600) const {
    const std::string file = path_ + '/' + name;
    std::ofstream(file, std::ios::binary) << content;
    EXPECT_EQ(chmod(file.c_str(), mode), 0);
    return file;
  }

 private:
  std::string path_;
};

/// Two regions. The second region begins in line 8.
inline LoadResult load_two(const std::string& tenant, const std::string& client,
                           const std::string& more = "") {
  return load(region_text() + "[[region]]\nname='us'\ntenant_id='" + tenant + "'\nclient_id='" +
              client + "'\n" + more + "auth.client_secret='env:MACTIOND_TEST_SECRET'\n");
}

}  // namespace mactiond::config
