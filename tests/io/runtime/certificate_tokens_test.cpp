#include "runtime/certificate_tokens.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "base/text.hpp"
#include "io/net/loop.hpp"
#include "io/runtime/fake_client.hpp"
#include "io/runtime/still_clock.hpp"
#include "support/fixture.hpp"

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;
using test::FakeClient;
using test::response;

Result<credential::KeyPair> read_pair() {
  return credential::KeyPair::from_pem(test::read_fixture("keys/rsa2048.crt"),
                                       Secret(test::read_fixture("keys/rsa2048.key")), {});
}

struct Certificate : testing::Test {
  Certificate() { clock.time.wall = facts.not_before + 24h; }
  TokenAnswer fetch() { return loop.run(tokens.fetch(clock.time.mono + 30s)); }
  // What the request at index says of itself.
  std::string claims(std::size_t index) {
    const std::string& body = client->sent.at(index).request.body;
    const std::size_t begin = body.find("&client_assertion=") + 18;
    const std::string text = body.substr(begin, body.find('&', begin) - begin);
    const std::size_t first = text.find('.') + 1;
    return base64url_decode(text.substr(first, text.rfind('.') - first)).value_or("");
  }

  credential::CertificateFacts facts = read_pair()->certificate();
  test::Loop loop;
  test::StillClock clock;
  std::shared_ptr<FakeClient> client = std::make_shared<FakeClient>();
  Result<credential::KeyPair> (*read)() = read_pair;
  int ids = 0;
  std::shared_ptr<KeptPair> pair = std::make_shared<KeptPair>(
      [this] { return read(); }, [] { return false; }, [](const PairNews& /*news*/) {});
  CertificateTokens tokens{
      clock,
      client,
      {*http::parse_url("https://login.example"), "t", "app", "https://api.example"},
      pair,
      [this] { return "id" + std::to_string(++ids); }};
};

TEST_F(Certificate, IsExchangedForATokenByAnAssertion) {
  client->script = {response(200, R"({"access_token":"t1","expires_in":3599,"refresh_in":1800})")};
  const TokenAnswer answer = fetch();
  EXPECT_TRUE(answer.outcome.ok());
  EXPECT_EQ(answer.token.reveal(), "t1");
  EXPECT_EQ(answer.lifetime, 3599s);
  EXPECT_EQ(answer.refresh_in, 1800s);
  EXPECT_EQ(answer.credential_end, facts.not_after);
  ASSERT_EQ(client->sent.size(), 1U);
  EXPECT_EQ(client->sent[0].request.url.target, "/t/oauth2/v2.0/token");
  EXPECT_NE(claims(0).find(R"("aud":"https://login.example/t/oauth2/v2.0/token","iss":"app")"),
            std::string::npos)
      << claims(0);
}

TEST_F(Certificate, SignsAnotherAssertionForEachRequest) {
  client->script = {response(503), response(200, R"({"access_token":"t1","expires_in":60})")};
  EXPECT_FALSE(fetch().outcome.ok());
  EXPECT_TRUE(fetch().outcome.ok());
  EXPECT_NE(claims(0).find(R"("jti":"id1")"), std::string::npos) << claims(0);
  EXPECT_NE(claims(1).find(R"("jti":"id2")"), std::string::npos) << claims(1);
}

TEST_F(Certificate, SendsNothingWithoutAValidPair) {
  clock.time.wall = facts.not_after;
  const TokenAnswer ended = fetch();
  EXPECT_FALSE(ended.asked);
  EXPECT_EQ(ended.outcome.reason, Reason::Auth);
  EXPECT_NE(ended.outcome.detail.find("the certificate has ended"), std::string::npos);
  EXPECT_EQ(ended.credential_end, facts.not_after);
  EXPECT_TRUE(client->sent.empty());
}

TEST_F(Certificate, SaysWhyItCannotBeRead) {
  read = [] { return Result<credential::KeyPair>(Error(Errc::InvalidSecret, "file:/k: gone")); };
  const TokenAnswer answer = fetch();
  EXPECT_FALSE(answer.asked);
  EXPECT_NE(answer.outcome.detail.find("file:/k: gone"), std::string::npos);
  EXPECT_EQ(answer.credential_end, std::nullopt);
  read = read_pair;
  client->script = {response(200, R"({"access_token":"t1","expires_in":60})")};
  EXPECT_TRUE(fetch().outcome.ok());
}

}  // namespace
}  // namespace mactiond::runtime
