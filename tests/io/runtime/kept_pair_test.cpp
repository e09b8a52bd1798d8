#include "runtime/kept_pair.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "support/fixture.hpp"

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;

Result<credential::KeyPair> read_pair(const std::string& certificate, const std::string& key) {
  return credential::KeyPair::from_pem(test::read_fixture("keys/" + certificate + ".crt"),
                                       Secret(test::read_fixture("keys/" + key + ".key")), {});
}

struct Kept : testing::Test {
  void put(const std::string& with_certificate, const std::string& with_key) {
    certificate = with_certificate;
    key = with_key;
    changed = true;
  }
  std::string sha1_of(const std::string& name) { return read_pair(name, name)->certificate().sha1; }
  std::string in_use() {
    const auto used = pair.at(now);
    return used ? (*used)->certificate().sha1 : used.error().where;
  }

  std::string certificate = "rsa2048";
  std::string key = "rsa2048";
  bool changed = false;
  int reads = 0;
  WallTime now = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 12 / 1));
  std::vector<PairNews> news;
  KeptPair pair{[this] {
                  ++reads;
                  return read_pair(certificate, key);
                },
                [this] { return std::exchange(changed, false); },
                [this](const PairNews& report) { news.push_back(report); }};
};

TEST_F(Kept, IsReadOnceWhileItsFilesStayTheSame) {
  EXPECT_EQ(pair.certificate(), nullptr);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(in_use(), sha1_of("rsa2048"));
  EXPECT_EQ(reads, 1);
  ASSERT_NE(pair.certificate(), nullptr);
  EXPECT_EQ(pair.certificate()->sha1, sha1_of("rsa2048"));
  EXPECT_TRUE(news.empty());
}

TEST_F(Kept, IsReplacedWhenItsFilesChange) {
  EXPECT_EQ(in_use(), sha1_of("rsa2048"));
  put("rsa4096", "rsa4096");
  EXPECT_EQ(in_use(), sha1_of("rsa4096"));
  ASSERT_EQ(news.size(), 1U);
  EXPECT_TRUE(news[0].taken);
  EXPECT_TRUE(news[0].text.starts_with("SHA-1 " + sha1_of("rsa4096"))) << news[0].text;
}

TEST_F(Kept, StaysWhereTheNewHalvesDoNotMatch) {
  EXPECT_EQ(in_use(), sha1_of("rsa2048"));
  put("rsa4096", "rsa2048");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(in_use(), sha1_of("rsa2048"));
  ASSERT_EQ(news.size(), 1U) << "it is reported once";
  EXPECT_FALSE(news[0].taken);
  EXPECT_NE(news[0].text.find("does not belong"), std::string::npos);
  EXPECT_NE(news[0].text.find(", valid from 20"), std::string::npos);
  put("rsa4096", "rsa4096");
  EXPECT_EQ(in_use(), sha1_of("rsa4096"));
}

TEST_F(Kept, StaysWhereTheNewCertificateHasEnded) {
  EXPECT_EQ(in_use(), sha1_of("rsa2048"));
  put("ended", "ended");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(in_use(), sha1_of("rsa2048"));
  ASSERT_EQ(news.size(), 1U);
  EXPECT_FALSE(news[0].taken);
  EXPECT_TRUE(news[0].text.starts_with("the certificate has ended (SHA-1 ")) << news[0].text;
  EXPECT_TRUE(news[0].text.ends_with("valid from 2020-01-01 to 2021-01-01)")) << news[0].text;
}

TEST_F(Kept, StaysUntilTheNewCertificateIsValid) {
  EXPECT_EQ(in_use(), sha1_of("rsa2048"));
  put("later", "later");
  EXPECT_EQ(in_use(), sha1_of("rsa2048"));
  ASSERT_EQ(news.size(), 1U);
  EXPECT_TRUE(news[0].text.starts_with("the certificate is not valid yet (")) << news[0].text;
  now = read_pair("later", "later")->certificate().not_before;
  EXPECT_EQ(in_use(), sha1_of("later"));
  EXPECT_EQ(reads, 2);
  ASSERT_EQ(news.size(), 2U);
  EXPECT_TRUE(news[1].taken);
}

TEST_F(Kept, IsNoneUntilItCanBeRead) {
  put("rsa4096", "rsa2048");
  EXPECT_NE(in_use().find("does not belong"), std::string::npos);
  certificate = "rsa2048";
  EXPECT_EQ(in_use(), sha1_of("rsa2048"));
  EXPECT_TRUE(news.empty()) << "who asks has the error";
}

TEST_F(Kept, IsAnErrorWhenItsCertificateHasEnded) {
  EXPECT_EQ(in_use(), sha1_of("rsa2048"));
  now = pair.certificate()->not_after - 1s;
  EXPECT_EQ(in_use(), sha1_of("rsa2048"));
  now += 1s;
  EXPECT_TRUE(in_use().starts_with("the certificate has ended (SHA-1 ")) << in_use();
  ASSERT_NE(pair.certificate(), nullptr);
  now = pair.certificate()->not_before - 1s;
  EXPECT_TRUE(in_use().starts_with("the certificate is not valid yet (")) << in_use();
}

}  // namespace
}  // namespace mactiond::runtime
