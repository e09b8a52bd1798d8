#include "credential/client_assertion.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <chrono>
#include <string>

#include "base/text.hpp"
#include "credential/openssl_types.hpp"
#include "support/fixture.hpp"

namespace mactiond::credential {
namespace {

constexpr WallTime kNow(std::chrono::sys_days(std::chrono::year(2026) / 12 / 1));
constexpr std::string_view kEndpoint = "https://login.microsoftonline.com/t/oauth2/v2.0/token";

std::string file(const std::string& name) { return test::read_fixture("keys/" + name); }

KeyPair pair_of(const std::string& name) {
  return *KeyPair::from_pem(file(name + ".crt"), Secret(file(name + ".key")), Secret());
}

struct Parts {
  std::string header;
  std::string claims;
  std::string signed_text;
  std::string signature;
};

Parts parts_of(const Secret& assertion) {
  const std::string& text = assertion.reveal();
  const std::size_t first = text.find('.');
  const std::size_t last = text.rfind('.');
  return {base64url_decode(text.substr(0, first)).value_or(""),
          base64url_decode(text.substr(first + 1, last - first - 1)).value_or(""),
          text.substr(0, last), base64url_decode(text.substr(last + 1)).value_or("")};
}

// By the public key of the certificate, as Entra ID does.
bool verifies(const std::string& certificate, const Parts& parts) {
  const std::string pem = file(certificate + ".crt");
  const BioPtr bio = bio_of(pem);
  const CertificatePtr read(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  const DigestPtr digest(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  const auto bytes = [](const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  return EVP_DigestVerifyInit(digest.get(), &options, EVP_sha256(), nullptr,
                              X509_get0_pubkey(read.get())) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(options, EVP_sha256()) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(options, 32) == 1 &&
         EVP_DigestVerify(digest.get(), bytes(parts.signature), parts.signature.size(),
                          bytes(parts.signed_text), parts.signed_text.size()) == 1;
}

TEST(ClientAssertion, NamesItsCertificateAndItsPurpose) {
  const KeyPair pair = pair_of("rsa2048");
  const auto made = client_assertion(pair, kEndpoint, "app", kNow, "id-1");
  ASSERT_TRUE(made);
  const Parts parts = parts_of(*made);
  EXPECT_EQ(parts.header,
            R"({"alg":"PS256","typ":"JWT","x5t#S256":")" + pair.certificate().x5t_s256 + "\"}");
  EXPECT_EQ(parts.claims,
            R"({"aud":"https://login.microsoftonline.com/t/oauth2/v2.0/token","iss":"app",)"
            R"("sub":"app","jti":"id-1","iat":1796083200,"nbf":1796083140,"exp":1796083740})");
  EXPECT_EQ(made->reveal().find_first_of("+/="), std::string::npos);
}

TEST(ClientAssertion, IsSignedByTheKeyOfTheCertificate) {
  for (const std::string name : {"rsa2048", "rsa4096"}) {
    const auto made = client_assertion(pair_of(name), kEndpoint, "app", kNow, "id-1");
    ASSERT_TRUE(made);
    Parts parts = parts_of(*made);
    EXPECT_TRUE(verifies(name, parts)) << name;
    parts.signed_text.back() = parts.signed_text.back() == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verifies(name, parts)) << name;
  }
}

TEST(ClientAssertion, IsAnotherOneForEachId) {
  const KeyPair pair = pair_of("rsa2048");
  EXPECT_NE(parts_of(*client_assertion(pair, kEndpoint, "app", kNow, "1")).claims,
            parts_of(*client_assertion(pair, kEndpoint, "app", kNow, "2")).claims);
}

TEST(ClientAssertion, QuotesWhatIsConfigured) {
  const auto made = client_assertion(pair_of("rsa2048"), "https://a", "a\"b", kNow, "1");
  EXPECT_NE(parts_of(*made).claims.find(R"("iss":"a\"b")"), std::string::npos);
}

}  // namespace
}  // namespace mactiond::credential
