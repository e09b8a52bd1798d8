#include "credential/key_pair.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "credential/pem.hpp"
#include "support/fixture.hpp"

namespace mactiond::credential {
namespace {

const Secret kPassword("opensesame");
const Secret kNone;

std::string file(const std::string& name) { return test::read_fixture("keys/" + name); }

Result<KeyPair> pem(const std::string& certificate, const std::string& key,
                    const Secret& password = kNone) {
  return KeyPair::from_pem(file(certificate), Secret(file(key)), password);
}

Result<KeyPair> pkcs12(const std::string& name, const Secret& password = kPassword) {
  return KeyPair::from_pkcs12(Secret(file(name)), password);
}

// What the openssl program says of a certificate (tests/fixtures/keys/make.sh).
CertificateFacts facts_by_openssl(const std::string& name) {
  std::istringstream lines(file(name + ".facts"));
  std::int64_t begin = 0;
  std::int64_t end = 0;
  CertificateFacts facts;
  lines >> begin >> end >> facts.sha1 >> facts.x5t_s256;
  facts.not_before = WallTime(std::chrono::seconds(begin));
  facts.not_after = WallTime(std::chrono::seconds(end));
  return facts;
}

template <class Pair>
std::string why(const Pair& pair) {
  return pair.has_error() ? pair.error().where : "no error";
}

TEST(KeyPair, HasTheFactsThatOpensslShows) {
  for (const std::string name : {"rsa2048", "rsa4096"}) {
    const auto pair = pem(name + ".crt", name + ".key");
    ASSERT_TRUE(pair) << why(pair);
    EXPECT_EQ(pair->certificate(), facts_by_openssl(name));
  }
}

TEST(KeyPair, IsReadFromEveryFormOfPem) {
  for (const char* key : {"rsa2048.key", "rsa2048.plain.key"}) {
    EXPECT_EQ(why(pem("rsa2048.crt", key)), "no error") << key;
    EXPECT_EQ(why(pem("rsa2048.crt", key, kPassword)), "no error") << key;
  }
  for (const char* key : {"rsa2048.pkcs8.key", "rsa2048.traditional.key"}) {
    EXPECT_EQ(why(pem("rsa2048.crt", key, kPassword)), "no error") << key;
  }
  EXPECT_EQ(why(pem("both.pem", "both.pem")), "no error");
}

TEST(KeyPair, TakesTheCertificateOfItsKeyOutOfAChain) {
  const auto pair = pem("chain.crt", "rsa2048.key");
  ASSERT_TRUE(pair) << why(pair);
  EXPECT_EQ(pair->certificate(), facts_by_openssl("rsa2048"));
}

TEST(KeyPair, IsReadFromEveryFormOfPkcs12) {
  for (const char* name : {"default.p12", "legacy.p12", "tripledes.p12", "chain.p12"}) {
    const auto pair = pkcs12(name);
    ASSERT_TRUE(pair) << name << why(pair);
    EXPECT_EQ(pair->certificate(), facts_by_openssl("rsa2048")) << name;
    EXPECT_TRUE(pair->sign_ps256("text")) << name;
  }
  EXPECT_EQ(why(pkcs12("utf8.p12", Secret("grüße"))), "no error");
  EXPECT_EQ(why(pkcs12("empty.p12", kNone)), "no error");
  EXPECT_EQ(why(pkcs12("plain.p12", kNone)), "no error");
}

TEST(KeyPair, NamesThePasswordThatIsMissingOrWrong) {
  for (const char* key : {"rsa2048.pkcs8.key", "rsa2048.traditional.key"}) {
    EXPECT_EQ(why(pem("rsa2048.crt", key)), "key is encrypted: set key_password") << key;
    EXPECT_EQ(why(pem("rsa2048.crt", key, Secret("wrong"))), "key_password does not open key")
        << key;
    EXPECT_EQ(why(pem("rsa2048.crt", key, Secret(std::string(5000, 'x')))),
              "key_password does not open key")
        << key;
  }
  for (const char* name : {"default.p12", "legacy.p12", "tripledes.p12"}) {
    EXPECT_EQ(why(pkcs12(name, kNone)), "pkcs12 is protected by a password: set key_password");
    EXPECT_EQ(why(pkcs12(name, Secret("wrong"))), "key_password does not open pkcs12") << name;
  }
}

TEST(KeyPair, NamesTheAlgorithmThatIsNotSupported) {
  EXPECT_EQ(why(pem("rsa2048.crt", "rsa2048.md5des.key", kPassword)),
            "key is encrypted by an algorithm that OpenSSL does not support any more: convert it "
            "with openssl pkcs8 -topk8 -v2 aes-256-cbc");
}

TEST(KeyPair, RefusesOtherKeysThanRsa) {
  EXPECT_EQ(why(pem("ec.crt", "ec.key")),
            "key holds an EC key, and Entra ID takes RSA keys alone (AADSTS5002738)");
  EXPECT_EQ(why(pem("ed25519.crt", "ed25519.key")),
            "key holds no RSA key, and Entra ID takes RSA keys alone (AADSTS5002738)");
  EXPECT_EQ(why(pkcs12("ec.p12")),
            "pkcs12 holds an EC key, and Entra ID takes RSA keys alone (AADSTS5002738)");
  EXPECT_EQ(why(pem("rsa1024.crt", "rsa1024.key")),
            "key holds an RSA key of 1024 bits; use 2048 to 8192");
}

TEST(KeyPair, NamesTheDatesOfACertificateOfAnotherKey) {
  const std::string message = why(pem("other.crt", "rsa2048.key"));
  EXPECT_TRUE(message.starts_with("key does not belong to certificate (SHA-1 ")) << message;
  EXPECT_NE(message.find(", valid from 20"), std::string::npos) << message;
  EXPECT_NE(message.find(" to 21"), std::string::npos) << message;
}

TEST(KeyPair, SaysWhatAFileIsInPlaceOfAPair) {
  EXPECT_EQ(why(pem("rsa2048.key", "rsa2048.key")),
            "certificate holds none; a PEM file has a block CERTIFICATE");
  EXPECT_EQ(why(pem("rsa2048.crt", "rsa2048.crt")),
            "key holds no private key; a PEM file has a block PRIVATE KEY");
  EXPECT_EQ(why(pem("default.p12", "rsa2048.key")),
            "certificate is not PEM but DER: convert it with openssl x509 -inform der");
  EXPECT_EQ(why(pem("rsa2048.crt", "default.p12")),
            "key is not PEM but DER: convert it with openssl pkey -inform der");
  EXPECT_EQ(why(pkcs12("both.pem")), "pkcs12 is a PEM file: set certificate and key in its place");
  EXPECT_EQ(why(pkcs12("make.sh")), "pkcs12 is not a PKCS#12 file");
  EXPECT_EQ(why(pkcs12("keyless.p12")), "pkcs12 holds no private key that can be read");
  EXPECT_EQ(why(pkcs12("certless.p12")), "pkcs12 holds no certificate of its key");
}

TEST(KeyPair, IsRefusedAtEveryTruncation) {
  const auto certificate = file("rsa2048.crt");
  const auto key = file("rsa2048.pkcs8.key");
  const auto whole = file("legacy.p12");
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    EXPECT_TRUE(KeyPair::from_pkcs12(Secret(whole.substr(0, size)), kPassword).has_error());
  }
  const std::size_t last = key.find("-----END");
  for (std::size_t size = 0; size < last; size += 7) {
    EXPECT_TRUE(KeyPair::from_pem(certificate, Secret(key.substr(0, size)), kPassword).has_error());
    EXPECT_TRUE(
        KeyPair::from_pem(certificate.substr(0, size % 1000), Secret(key), kPassword).has_error());
  }
}

TEST(KeyPair, RefusesAChainWithABrokenCertificate) {
  std::string broken = file("other.crt");
  broken.replace(broken.find("MII"), 3, "AAA");
  EXPECT_EQ(why(KeyPair::from_pem(file("rsa2048.crt") + '\n' + broken, Secret(file("rsa2048.key")),
                                  kNone)),
            "certificate cannot be read");
}

// Some programs protect a file by no password at all, where openssl takes an empty one.
TEST(KeyPair, IsReadFromAFileWithoutAnyPassword) {
  const std::string pem_text = file("both.pem");
  const auto certificates = read_certificates(pem_text);
  const auto key = read_key(pem_text, kNone);
  ASSERT_TRUE(certificates && key);
  const Pkcs12Ptr made(PKCS12_create(nullptr, "name", key->get(), certificates->front().get(),
                                     nullptr, 0, 0, 0, 0, 0));
  ASSERT_TRUE(made);
  unsigned char* bytes = nullptr;
  const int size = i2d_PKCS12(made.get(), &bytes);
  ASSERT_GT(size, 0);
  const std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  EXPECT_EQ(why(KeyPair::from_pkcs12(Secret(der), kNone)), "no error");
}

TEST(KeyPair, IsRefusedWhereTheTextIsTooLarge) {
  const std::string filler(70'000, '\n');
  EXPECT_EQ(
      why(KeyPair::from_pem(filler + file("rsa2048.crt"), Secret(file("rsa2048.key")), kNone)),
      "certificate is larger than 64 KiB");
  EXPECT_EQ(why(KeyPair::from_pem(file("rsa2048.crt"), Secret(filler), kNone)),
            "key is larger than 64 KiB");
  EXPECT_EQ(why(KeyPair::from_pkcs12(Secret(filler), kNone)), "pkcs12 is larger than 64 KiB");
}

TEST(KeyPair, RefusesAFileThatTakesTooLongToOpen) {
  std::string der = file("default.p12");
  // MacData ends the file: 2 and 65 bytes, of which the last 4 are the INTEGER 2048.
  const std::size_t mac = der.size() - 67;
  ASSERT_EQ(der.substr(mac, 2), "\x30\x41");
  ASSERT_EQ(der.substr(der.size() - 4), std::string("\x02\x02\x08\x00", 4));
  der.replace(der.size() - 4, 4, "\x02\x04\x7f\xff\xff\xff");
  for (const std::size_t length : {mac + 1, std::size_t{3}}) der[length] += '\x02';
  EXPECT_EQ(why(KeyPair::from_pkcs12(Secret(der), kPassword)),
            "pkcs12 has more than 1,000,000 iterations");
}

}  // namespace
}  // namespace mactiond::credential
