#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

namespace mactiond::test {

/// Another program at the store of a daemon. Its end takes back what it has not committed.
class OtherProgram {
 public:
  explicit OtherProgram(const std::string& directory) {
    EXPECT_EQ(sqlite3_open((directory + "/store.db").c_str(), &db_), SQLITE_OK);
  }
  OtherProgram(const OtherProgram&) = delete;
  OtherProgram& operator=(const OtherProgram&) = delete;
  ~OtherProgram() { sqlite3_close(db_); }
  void run(const char* sql) {
    EXPECT_EQ(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db_);
  }

 private:
  sqlite3* db_ = nullptr;
};

}  // namespace mactiond::test
