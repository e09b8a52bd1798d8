#include "ctl/machines_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

namespace mactiond::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> machines(const std::string& text) {
  const auto list = parse_machines(text, "f");
  const auto* mistake = std::get_if<MachinesMistake>(&list);
  EXPECT_EQ(mistake, nullptr) << mistake->text;
  return mistake == nullptr ? std::get<std::vector<std::string>>(list) : std::vector<std::string>();
}

std::string mistake(const std::string& text) {
  const auto list = parse_machines(text, "f");
  const auto* mistake = std::get_if<MachinesMistake>(&list);
  return mistake == nullptr ? "no mistake" : mistake->text;
}

TEST(MachinesFile, HasOneMachineALine) {
  const std::string id(40, 'a');
  EXPECT_THAT(
      machines("\xef\xbb\xbfsrv-1\r\n\n  # the second row\nsrv-2.contoso.com # by hand\n" + id),
      ElementsAre("srv-1", "srv-2.contoso.com", id));
}

TEST(MachinesFile, NamesTheLineOfEachMistake) {
  EXPECT_EQ(mistake("srv-1\nsrv 2\n\nsrv;3\n"),
            "f:2: \"srv 2\" is neither the name nor the id of a machine\n"
            "f:4: \"srv;3\" is neither the name nor the id of a machine");
  EXPECT_EQ(mistake("srv-1\n\nSRV-1\n"),
            "f:3: SRV-1 stands in line 1 already: take one of them out");
}

TEST(MachinesFile, NamesAtLeastOne) {
  EXPECT_EQ(mistake("# none\n\n"), "f names no machine: write one a line");
  EXPECT_EQ(mistake(""), "f names no machine: write one a line");
}

TEST(MachinesFile, IsBounded) {
  std::string thousand;
  for (int i = 0; i < 1000; ++i) thousand += "srv-" + std::to_string(i) + '\n';
  EXPECT_EQ(machines(thousand).size(), 1000U);
  EXPECT_EQ(mistake(thousand + "more-1\nmore-2\n"),
            "f:1001: there are more than 1000 machines: use several files");
  EXPECT_THAT(mistake(std::string(10'000, '\n') + "srv-1"), HasSubstr("more than 10000 lines"));
  EXPECT_THAT(mistake(std::string(254, 'a')),
              HasSubstr("is neither the name nor the id of a machine"));
  std::string wrong;
  for (int i = 0; i < 50; ++i) wrong += "?\n";
  EXPECT_THAT(mistake(wrong), HasSubstr("f:10: "));
  EXPECT_THAT(mistake(wrong), Not(HasSubstr("f:11: ")));
}

TEST(MachinesFile, HasToBeReadable) {
  for (const char* path : {"/nonexistent", "/tmp"}) {
    const auto list = read_machines(path);
    ASSERT_TRUE(std::holds_alternative<MachinesMistake>(list)) << path;
    EXPECT_EQ(std::get<MachinesMistake>(list).text,
              std::string(path) + ": cannot be read, or is larger than 1 MiB");
  }
}

}  // namespace
}  // namespace mactiond::ctl
