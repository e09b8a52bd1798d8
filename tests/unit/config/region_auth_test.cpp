#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "support/fixture.hpp"
#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

using testing::HasSubstr;

// The lines of [region.auth] begin in line 6.
LoadResult load_auth(const std::string& lines, const std::string& ids = "client_id='c'") {
  const std::string text =
      "[[region]]\nname='eu'\ntenant_id='t'\n" + ids + "\n[region.auth]\n" + lines + '\n';
  Environment environment = surroundings();
  environment.now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 30);
  return load_text(text, "test.toml", environment);
}

const RegionAuth& auth_of(const LoadResult& result) { return result.config.regions.at(0).auth; }

/// Sets environment variables for one test.
class Variables {
 public:
  explicit Variables(std::vector<std::pair<std::string, std::string>> values)
      : values_(std::move(values)) {
    for (const auto& [name, value] : values_) setenv(name.c_str(), value.c_str(), 1);
  }
  ~Variables() {
    for (const auto& [name, value] : values_) unsetenv(name.c_str());
  }
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

/// Copies of the fixtures of keys that others may not read.
class Pair : public testing::Test {
 protected:
  // "file:/…" in quotes.
  std::string copy(const std::string& name, mode_t mode = 0600) {
    return "'file:" + directory.write(name, test::read_fixture("keys/" + name), mode) + "'";
  }
  LoadResult load_pair(const std::string& certificate, const std::string& key,
                       const std::string& more = "") {
    return load_auth("kind='certificate'\ncertificate=" + copy(certificate, 0644) +
                     "\nkey=" + copy(key) + '\n' + more);
  }
  LoadResult load_pkcs12(const std::string& name) {
    setenv("MACTIOND_TEST_PHRASE", "opensesame", 1);
    return load_auth("kind='certificate'\npkcs12=" + copy(name) +
                     "\nkey_password='env:MACTIOND_TEST_PHRASE'");
  }

  TempDirectory directory;
};

TEST_F(Pair, IsReadAsItIs) {
  const auto result = load_pair("rsa2048.crt", "rsa2048.key");
  EXPECT_EQ(all_problems(result), "");
  EXPECT_EQ(auth_of(result).kind, AuthKind::Certificate);
  EXPECT_EQ(auth_of(result).key.value.reveal(), test::read_fixture("keys/rsa2048.key"));
}

TEST_F(Pair, IsReadFromPkcs12) {
  const auto result = load_pkcs12("default.p12");
  EXPECT_EQ(all_problems(result), "");
  EXPECT_EQ(auth_of(result).pkcs12.value.reveal(), test::read_fixture("keys/default.p12"));
}

// Whether it can be used is judged by the daemon, whose check is that of a start.
TEST_F(Pair, ThatDoesNotFitIsLeftToTheDaemon) {
  EXPECT_EQ(all_problems(load_pair("other.crt", "rsa2048.key")), "");
}

TEST_F(Pair, HasItsOwnDate) {
  EXPECT_THAT(all_problems(load_pair("rsa2048.crt", "rsa2048.key", "expires='2031-01-31'")),
              HasSubstr(":9:9: warning: region.auth.expires: is not used"));
}

TEST(RegionAuth, AFileThatHoldsAKeyIsNotForEverybody) {
  const TempDirectory directory;
  const std::string both = directory.write(
      "app.pem", "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n", 0644);
  const auto result =
      load_auth("kind='certificate'\ncertificate='file:" + both + "'\nkey='file:" + both + "'");
  EXPECT_THAT(all_problems(result), HasSubstr(":7:13: region.auth.certificate: file:" + both +
                                              ": everybody may read the file"));
  EXPECT_THAT(all_problems(result), HasSubstr(":8:5: region.auth.key: "));
}

TEST(RegionAuth, ACertificateNeedsItsKeyOrAPkcs12File) {
  const TempDirectory directory;
  const std::string file = "'file:" + directory.write("f", "x") + "'";
  const auto problems = [](const std::string& lines) {
    return all_problems(load_auth("kind='certificate'\n" + lines));
  };
  EXPECT_THAT(problems(""), HasSubstr("1:1: region.auth: missing: certificate and key, or pkcs12"));
  EXPECT_THAT(problems("certificate=" + file), HasSubstr("7:1: region.auth.key: missing"));
  EXPECT_THAT(problems("key=" + file), HasSubstr("7:1: region.auth.certificate: missing"));
  EXPECT_THAT(problems("pkcs12=" + file + "\nkey=" + file),
              HasSubstr("7:1: region.auth.pkcs12: holds certificate and key"));
}

TEST(RegionAuth, AKeyOfAnotherKindIsRefusedWithItsKind) {
  const auto other = all_problems(load_auth("kind='managed_identity'\ntoken_file='/run/token'"));
  EXPECT_EQ(other,
            "test.toml:7:1: region.auth.token_file: belongs to kind = \"workload_identity\", and "
            "kind is \"managed_identity\": remove the key, or correct kind\n");
  const auto no_kind = all_problems(load_auth("identity='i'"));
  EXPECT_THAT(no_kind, HasSubstr("6:1: region.auth.identity: belongs to kind = "
                                 "\"managed_identity\", and kind is \"client_secret\" unless it "
                                 "is set"));
  EXPECT_EQ(all_problems(load_auth("kind='managed_identity'\ntoken_file=''\nclient_secret=''")),
            "");
}

TEST(RegionAuth, AManagedIdentityNeedsNoClientId) {
  const auto system = load_auth("kind='managed_identity'\nsource='arc'", "");
  EXPECT_EQ(all_problems(system), "");
  EXPECT_EQ(auth_of(system).source, IdentitySource::Arc);
  EXPECT_EQ(system.config.regions[0].registration(), std::nullopt);
  const auto user = load_auth("kind='managed_identity'\nidentity='i'", "");
  EXPECT_EQ(all_problems(user), "");
  EXPECT_EQ(user.config.regions[0].registration(), "i@t@api.security.microsoft.com");
  EXPECT_THAT(all_problems(load_auth("kind='managed_identity'\nsource='arc'\nidentity='i'")),
              HasSubstr("8:1: region.auth.identity: an Arc machine has"));
}

TEST(RegionAuth, TwoRegionsOfTheMachinesIdentityAndOneTenantAreOneRegistration) {
  const std::string region = "[[region]]\nname='a'\ntenant_id='t'\nauth.kind='managed_identity'\n";
  const auto result =
      load(region + "[[region]]\nname='b'\ntenant_id='t'\n" + "auth.kind='managed_identity'\n");
  EXPECT_FALSE(result.ok());
  EXPECT_THAT(all_problems(result), HasSubstr("same tenant and client as region \"a\""));
}

TEST(RegionAuth, AnAuthorityOfTheClusterWithoutHttpsIsAnErrorUnlessTheRegionHasItsOwn) {
  const TempDirectory directory;
  const Variables variables({{"AZURE_AUTHORITY_HOST", "http://login.microsoftonline.us/"},
                             {"AZURE_FEDERATED_TOKEN_FILE", directory.write("t", "token", 0644)}});
  EXPECT_THAT(all_problems(load_auth("kind='workload_identity'")),
              HasSubstr("$AZURE_AUTHORITY_HOST is not an https URL"));
  EXPECT_EQ(all_problems(load_auth("kind='workload_identity'", "cloud='gcc'\nclient_id='c'")), "");
}

TEST(RegionAuth, AWorkloadIdentityTakesWhatIsNotSetFromTheVariables) {
  const TempDirectory directory;
  const Variables variables({{"AZURE_TENANT_ID", "t-of-pod"},
                             {"AZURE_CLIENT_ID", "c-of-pod"},
                             {"AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/"},
                             {"AZURE_FEDERATED_TOKEN_FILE", directory.write("t", "token", 0644)}});
  const auto result = load("[[region]]\nname='eu'\nauth.kind='workload_identity'\n");
  EXPECT_EQ(all_problems(result), "");
  const Region& region = result.config.regions.at(0);
  EXPECT_EQ(region.tenant_id, "t-of-pod");
  EXPECT_EQ(region.client_id, "c-of-pod");
  EXPECT_EQ(region.authority.host, "login.microsoftonline.us");
  EXPECT_EQ(region.auth.token_file, directory.path() + "/t");
  const auto own = load_auth("kind='workload_identity'", "cloud='gcc'\nclient_id='c'");
  EXPECT_EQ(own.config.regions.at(0).client_id, "c");
  EXPECT_EQ(own.config.regions.at(0).tenant_id, "t");
  EXPECT_EQ(own.config.regions.at(0).authority.host, "login.microsoftonline.com");
}

TEST(RegionAuth, AWorkloadIdentityWithoutTokenOrIdsIsRefused) {
  const auto result = load("[[region]]\nname='eu'\nauth.kind='workload_identity'\n");
  EXPECT_THAT(all_problems(result), HasSubstr("1:1: region.tenant_id: missing"));
  EXPECT_THAT(all_problems(result), HasSubstr("1:1: region.client_id: missing"));
  EXPECT_THAT(all_problems(result), HasSubstr("1:1: region.auth.token_file: missing"));
  EXPECT_THAT(all_problems(load_auth("kind='workload_identity'\ntoken_file='/nonexistent/t'")),
              HasSubstr("7:12: region.auth.token_file: /nonexistent/t: No such file"));
}

TEST(RegionAuth, ASecretThatHasEndedIsAWarning) {
  const std::string secret = "client_secret='env:MACTIOND_TEST_SECRET'\n";
  const auto ended = load_auth(secret + "expires='2026-11-30'");
  EXPECT_TRUE(ended.ok());
  EXPECT_THAT(all_problems(ended),
              HasSubstr("7:9: warning: region.auth.expires: the client secret ended on"));
  const auto later = load_auth(secret + "expires='2026-12-01'");
  EXPECT_EQ(all_problems(later), "");
  EXPECT_EQ(auth_of(later).expires, std::chrono::sys_days(std::chrono::year(2026) / 12 / 1));
  EXPECT_THAT(all_problems(load_auth(secret + "expires='2026-02-30'")),
              HasSubstr("7:9: region.auth.expires: must be a day in quotes"));
  EXPECT_THAT(all_problems(load_auth(secret + "expires=2026-12-01")), HasSubstr("in quotes"));
  EXPECT_THAT(all_problems(load_auth("kind='managed_identity'\nexpires='2027-01-31'")),
              HasSubstr("7:1: region.auth.expires: belongs to kind = \"client_secret\""));
}

}  // namespace
}  // namespace mactiond::config
