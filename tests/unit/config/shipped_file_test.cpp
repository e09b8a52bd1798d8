#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "config/option_tables.hpp"
#include "config/peer_types.hpp"
#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

const std::string kDirectory = MACTIOND_FIXTURES "/../../config/";

std::string read_all(const std::string& path) {
  std::ifstream file(path);
  std::stringstream content;
  content << file.rdbuf();
  EXPECT_FALSE(content.str().empty()) << path;
  return content.str();
}

// "#key = value" and "#[table]" are options; "# prose" is not.
std::string uncommented(const std::string& text) {
  std::stringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    const bool option = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    result += (option ? line.substr(1) : line) + '\n';
  }
  return result;
}

// "region.quota.per_minute = 100" for each option of the text.
std::set<std::string> assignments(const std::string& text) {
  std::stringstream lines(text);
  std::set<std::string> found;
  std::string table;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('[')) {
      table = line.substr(line.find_first_not_of('['));
      table.erase(table.find(']'));
    } else if (!line.empty() && line[0] != '#') {
      found.insert(table + '.' + line);
    }
  }
  return found;
}

template <class Section>
void add_expected(const std::string& name, const std::vector<Option<Section>>& options,
                  const Section& section, std::set<std::string>& expected) {
  for (const auto& option : options) {
    // These have no default, or none that loads; the file shows an example.
    const std::string value = option.print(section);
    const bool example = option.presence != Presence::Optional || value.empty() ||
                         option.key == "instance" ||
                         (name == "policy" && option.key == "match.type");
    expected.insert(name + '.' + std::string(option.key) + " = " + (example ? "…" : value));
  }
}

TEST(ShippedFile, ShowsEveryOptionWithItsDefaultAndNothingElse) {
  Config config;
  Region& region = config.regions.emplace_back();
  Cloud::apply(region.cloud, region);
  const Webhook webhook;
  std::set<std::string> expected;
  add_expected("daemon", daemon_options(), config.daemon, expected);
  add_expected("transition_log", transition_log_options(), config.transition_log, expected);
  add_expected("admin", admin_options(), config.admin, expected);
  add_expected("retention", retention_options(), config, expected);
  add_expected("cancel", cancel_options(), config.cancel, expected);
  add_expected("submit", submit_options(), config.submit, expected);
  add_expected("enrich", enrich_options(), config.enrich, expected);
  add_expected("region", region_options(), region, expected);
  add_expected("policy", policy_options(), core::PolicyOptions{}, expected);
  add_expected("webhook", webhook_options(), webhook, expected);
  add_expected("syslog", syslog_options(), Syslog{}, expected);

  std::set<std::string> shown;
  for (std::string line : assignments(uncommented(read_all(kDirectory + "mactiond.toml")))) {
    const std::string key = line.substr(0, line.find(" = "));
    if (expected.contains(key + " = …")) line = key + " = …";
    shown.insert(line);
  }
  EXPECT_EQ(shown, expected);
}

// The example's ids are there to be replaced; nothing else may be said of a shipped file.
void expect_only_the_ids_to_replace(const LoadResult& result) {
  EXPECT_TRUE(result.ok());
  ASSERT_EQ(result.problems.size(), 2U) << all_problems(result);
  for (const Problem& problem : result.problems) {
    EXPECT_THAT(problem.message, testing::HasSubstr("still the id of the example"));
  }
}

TEST(ShippedFile, LoadsOnceItsSecretsExist) {
  const TempDirectory directory;
  static_cast<void>(directory.write("mde-eu", "abc\n"));
  const Environment environment{"host1", directory.path()};
  const auto result =
      load_text(uncommented(read_all(kDirectory + "mactiond.toml")), "mactiond.toml", environment);
  expect_only_the_ids_to_replace(result);
  EXPECT_EQ(result.config.regions.size(), 1U);
  EXPECT_EQ(result.config.policies.size(), 1U);
  EXPECT_EQ(result.config.webhooks.size(), 1U);
}

TEST(ShippedFile, LacksOnlyARegionAsItIs) {
  const auto result = load_file(kDirectory + "mactiond.toml", surroundings());
  ASSERT_EQ(result.problems.size(), 1U) << all_problems(result);
  EXPECT_THAT(result.problems[0].message, testing::HasSubstr("at least one [[region]]"));
}

TEST(ShippedFile, MinimalExampleLoads) {
  const TempDirectory directory;
  static_cast<void>(directory.write("mde-eu", "abc\n"));
  const auto result = load_file(kDirectory + "examples/minimal.toml", {"host1", directory.path()});
  expect_only_the_ids_to_replace(result);
}

}  // namespace
}  // namespace mactiond::config
