#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string region(const std::string& name, const std::string& lines = "") {
  return "[[region]]\nname='" + name + "'\ntenant_id='tenant-of-" + name +
         "'\nclient_id='client-of-" + name + "'\n" + lines +
         "auth.client_secret='env:MACTIOND_TEST_SECRET'\n";
}

/// A configuration of several files.
class ConfD : public testing::Test {
 protected:
  ConfD() { mkdir((directory.path() + "/conf.d").c_str(), 0700); }
  std::string main(const std::string& text) { return file = directory.write("m.toml", text); }
  std::string part(const std::string& name, const std::string& text) {
    return directory.write("conf.d/" + name, text);
  }
  [[nodiscard]] LoadResult load_all() const { return load_file(file, surroundings()); }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const Region& region : load_all().config.regions) found.push_back(region.core.name);
    return found;
  }

  TempDirectory directory;
  std::string file;
};

TEST_F(ConfD, IsReadAfterTheFileInTheOrderOfTheNames) {
  main(region("m"));
  part("b.toml", region("b") + "[cancel]\nmax_per_hour=7\n");
  part("a.toml", region("a1") + region("a2"));
  part(".hidden.toml", "x\n");
  part("b.toml.orig", "x\n");
  EXPECT_EQ(all_problems(load_all()), "");
  EXPECT_THAT(names(), ElementsAre("m", "a1", "a2", "b"));
  EXPECT_EQ(load_all().config.cancel.max_per_hour, 7);
}

TEST_F(ConfD, NeedsNotBeThere) {
  main(region("m"));
  rmdir((directory.path() + "/conf.d").c_str());
  EXPECT_EQ(all_problems(load_all()), "");
  (void)directory.write("conf.d", "");
  EXPECT_THAT(all_problems(load_all()), HasSubstr("/conf.d:1:1: cannot be read: Not a directory"));
}

TEST_F(ConfD, EachMistakeNamesItsFile) {
  const std::string m = main(region("m", "cloud='x'\n"));
  const std::string a = part("a.toml", "\n" + region("a", "quota.per_minute=0\n"));
  const std::string b = part("b.toml", "[[region]]\nname='b'\n[region.auth]\n");
  const std::string problems = all_problems(load_all());
  EXPECT_THAT(problems, HasSubstr(m + ":5:7: region.cloud: "));
  EXPECT_THAT(problems, HasSubstr(a + ":6:18: region.quota.per_minute: "));
  EXPECT_THAT(problems, HasSubstr(b + ":1:1: region.tenant_id: missing"));
  EXPECT_LT(problems.find(m), problems.find(a));
  EXPECT_LT(problems.find(a), problems.find(b));
}

TEST_F(ConfD, EveryFileThatIsNoTomlIsReported) {
  main(region("m"));
  const std::string a = part("a.toml", "[[region\n");
  const std::string b = part("b.toml", "name=eu\n");
  const std::string problems = all_problems(load_all());
  EXPECT_THAT(problems, HasSubstr(a + ":1:9: "));
  EXPECT_THAT(problems, HasSubstr(b + ":1:6: "));
}

TEST_F(ConfD, EveryFileThatCannotBeReadIsReported) {
  main(region("m"));
  mkdir((directory.path() + "/conf.d/a.toml").c_str(), 0700);
  ASSERT_EQ(mkfifo((directory.path() + "/conf.d/b.toml").c_str(), 0600), 0);
  const std::string problems = all_problems(load_all());
  EXPECT_THAT(problems, HasSubstr("/conf.d/a.toml:1:1: is a directory"));
  EXPECT_THAT(problems, HasSubstr("/conf.d/b.toml:1:1: is not a regular file"));
}

TEST_F(ConfD, AKeyThatTwoFilesSetNamesBothPlaces) {
  const std::string m = main(region("m") + "[cancel]\nmax_per_hour=5\n");
  const std::string a = part("a.toml", "[cancel]\nmax_per_hour=6\n");
  EXPECT_EQ(all_problems(load_all()),
            a + ":2:1: cancel.max_per_hour: is set in " + m + ":7:1 already: remove one\n");
}

TEST_F(ConfD, AListOfValuesIsOneKeyAndATableOfTwoFilesIsOneTable) {
  main(region("m") + "[submit]\ntypes=['Isolate']\n");
  part("a.toml", "[submit]\nenabled=true\n");
  EXPECT_EQ(all_problems(load_all()), "");
  part("b.toml", "[submit]\ntypes=['Unisolate']\n");
  EXPECT_THAT(all_problems(load_all()), HasSubstr("b.toml:2:1: submit.types: is set in"));
}

TEST_F(ConfD, ATableWhereAnotherFileHasAListIsRefused) {
  main(region("m"));
  part("a.toml", "[region]\nname='x'\n");
  EXPECT_THAT(all_problems(load_all()), HasSubstr("a.toml:1:2: region: is set in"));
}

TEST_F(ConfD, ANameThatTwoFilesGiveNamesBothPlaces) {
  const std::string m = main(region("eu"));
  const std::string a = part("a.toml", region("eu", "\n"));
  EXPECT_THAT(all_problems(load_all()),
              HasSubstr(a + ":2:6: region.name: \"eu\" is the name of the region in " + m +
                        ":2:6 already"));
}

TEST_F(ConfD, HasTheDefaultsOfAllFiles) {
  main("[defaults.region]\nclient_id='c'\n");
  part("a.toml", "[[region]]\nname='a'\ntenant_id='t'\n");
  part("z.toml", "[defaults.region.auth]\nclient_secret='env:MACTIOND_TEST_SECRET'\n");
  EXPECT_EQ(all_problems(load_all()), "");
  EXPECT_EQ(load_all().config.regions.at(0).client_id, "c");
}

}  // namespace
}  // namespace mactiond::config
