#include "config/check_registration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

using testing::HasSubstr;

constexpr const char* kTenant = "11111111-2222-3333-4444-555555555555";
constexpr const char* kClient = "66666666-7777-8888-9999-000000000000";

TEST(TwoRegions, OfOneTenantAndClientAreAnErrorWhateverTheirUrlsAndLetterCase) {
  const auto refused = [](const LoadResult& result) {
    EXPECT_FALSE(result.ok());
    ASSERT_EQ(result.problems.size(), 1U) << all_problems(result);
    EXPECT_EQ(result.problems[0].place.line, 8U);
    EXPECT_THAT(result.problems[0].message, HasSubstr("same tenant and client as region \"eu\""));
  };
  refused(load_two(kTenant, kClient));
  refused(load_two(kTenant, kClient, "api='https://eu.api.security.microsoft.com'\n"));
  refused(
      load_two(kTenant, kClient, "api='https://api.example'\nauthority='https://login.example'\n"));
  refused(load_two(kTenant, kClient, "cloud='gcc-high'\n"));
  const std::string letters = "aaaaaaaa-2222-3333-4444-bbbbbbbbbbbb";
  const auto of = [](const std::string& name, const std::string& tenant,
                     const std::string& client) {
    return "[[region]]\nname='" + name + "'\ntenant_id='" + tenant + "'\nclient_id='" + client +
           "'\nauth.client_secret='env:MACTIOND_TEST_SECRET'\n";
  };
  const auto cased =
      load(of("a", letters, letters) +
           of("b", "AAAAAAAA-2222-3333-4444-BBBBBBBBBBBB", "AAAAAAAA-2222-3333-4444-bbbbbbbbbbbb"));
  EXPECT_FALSE(cased.ok());
  EXPECT_THAT(cased.problems.at(0).message, HasSubstr("same tenant and client"));
  for (const char* spelled :
       {"aaaaaaaa222233334444bbbbbbbbbbbb", "{AAAAAAAA-2222-3333-4444-BBBBBBBBBBBB}"}) {
    const auto plain = load(of("a", letters, letters) + of("b", letters, spelled));
    EXPECT_FALSE(plain.ok()) << spelled;
    EXPECT_THAT(all_problems(plain), HasSubstr("same tenant and client")) << spelled;
  }
}

TEST(TwoRegions, OfOneTenantWithAnotherClientAreAWarning) {
  const auto result = load_two(kTenant, "another");
  EXPECT_TRUE(result.ok());
  ASSERT_EQ(result.problems.size(), 1U) << all_problems(result);
  EXPECT_THAT(result.problems[0].text(), HasSubstr("8:1: warning: region: same tenant as region"));
  EXPECT_THAT(result.problems[0].text(), HasSubstr("recorded twice"));
}

TEST(TwoRegions, OfTwoTenantsMayShareAClient) {
  EXPECT_EQ(all_problems(load_two("99999999-2222-3333-4444-555555555555", kClient)), "");
}

TEST(TwoRegions, OfOneClientAreAWarningWhereADomainMayBeTheOthersTenant) {
  const auto warned = [](const LoadResult& result) {
    EXPECT_TRUE(result.ok());
    ASSERT_EQ(result.problems.size(), 1U) << all_problems(result);
    EXPECT_THAT(result.problems[0].text(),
                HasSubstr("8:1: warning: region: same client as region \"eu\", and its tenant may "
                          "be the same, written in another form"));
    EXPECT_THAT(result.problems[0].text(), HasSubstr("tenant_id of both as GUIDs"));
  };
  warned(load_two("contoso.example", kClient));
  warned(load_two("contoso.example", "{66666666-7777-8888-9999-000000000000}"));
  EXPECT_EQ(all_problems(load_two("contoso.example", "another")), "");
  const std::string first =
      "[[region]]\nname='eu'\ntenant_id='contoso.example'\nclient_id='c'\n"
      "auth.client_secret='env:MACTIOND_TEST_SECRET'\n\n\n";
  warned(load(first + "[[region]]\nname='us'\ntenant_id='contoso.onmicrosoft.example'\n"
                      "client_id='C'\nauth.client_secret='env:MACTIOND_TEST_SECRET'\n"));
}

TEST(ManyRegions, EachNamesTheFirstThatMayBeItsOwn) {
  const auto of = [](const std::string& name, const std::string& tenant) {
    return "[[region]]\nname='" + name + "'\ntenant_id='" + tenant +
           "'\nclient_id='c'\nauth.client_secret='env:MACTIOND_TEST_SECRET'\n";
  };
  const std::string guid = "11111111-2222-3333-4444-555555555555";
  const auto result = load(of("a", guid) + of("b", "22222222-2222-3333-4444-555555555555") +
                           of("c", "contoso.example") + of("d", "fabrikam.example") +
                           of("e", "33333333-2222-3333-4444-555555555555"));
  std::string found;
  for (const Problem& problem : result.problems) {
    const std::string text = problem.text();
    found +=
        text.substr(text.find("region \""), 10) + " for line " + std::to_string(problem.place.line);
    found += '\n';
  }
  EXPECT_EQ(found,
            "region \"a\" for line 11\nregion \"a\" for line 16\nregion \"c\" for line 21\n");
  const auto pairs = load(of("a", "contoso.example") + of("b", "contoso.example") +
                          of("c", "fabrikam.example") + of("d", "Fabrikam.example"));
  EXPECT_THAT(all_problems(pairs), HasSubstr("11:1: warning: region: same client as region \"a\""));
  EXPECT_THAT(all_problems(pairs), HasSubstr("6:1: region: same tenant and client"));
  EXPECT_THAT(all_problems(pairs),
              HasSubstr("16:1: region: same tenant and client as region \"c\""));
}

// A stop waits for the check of a configuration. Compared each with each, so many would exceed the
// time limit of the whole test program.
TEST(ManyRegions, AreLookedUpAndNotComparedEachWithEach) {
  constexpr std::size_t kRegions = 40'000;
  Config config;
  std::vector<Node> nodes(kRegions);
  std::vector<const Node*> tables;
  for (std::size_t i = 0; i < kRegions; ++i) {
    Region& region = config.regions.emplace_back();
    region.tenant_id = kTenant;
    region.client_id = "66666666-7777-8888-9999-" + std::to_string(100'000'000'000 + i);
    nodes[i].place.line = static_cast<unsigned>(i + 1);
    tables.push_back(&nodes[i]);
  }
  const Environment environment = surroundings();
  const std::vector<std::string> files = {"test.toml"};
  Reader reader(files, environment);
  check_registrations(tables, config, reader);
  EXPECT_EQ(reader.take_problems().size(), kRegions - 1) << "each but the first is of its tenant";
}

}  // namespace
}  // namespace mactiond::config
