#include "config/key_pairs.hpp"

namespace mactiond::config {
namespace {

Result<credential::CertificateFacts> judge(const RegionAuth& auth) {
  const Secret& password = auth.key_password.value;
  const auto pair =
      auth.pkcs12.value.empty()
          ? credential::KeyPair::from_pem(auth.certificate.value.reveal(), auth.key.value, password)
          : credential::KeyPair::from_pkcs12(auth.pkcs12.value, password);
  if (!pair) return pair.error();
  return pair->certificate();
}

bool is_read(const SecretValue& secret) { return secret.source.empty() || !secret.value.empty(); }

}  // namespace

const Result<credential::CertificateFacts>* KeyPairs::find(const RegionAuth& auth) {
  const bool has_pair = !auth.certificate.value.empty() && !auth.key.value.empty();
  if (!has_pair && auth.pkcs12.value.empty()) return nullptr;
  if (!is_read(auth.key_password)) return nullptr;
  const Key key{auth.pkcs12.value.reveal(), auth.certificate.value.reveal(),
                auth.key.value.reveal(), auth.key_password.value.reveal()};
  auto known = judged_.find(key);
  if (known == judged_.end()) known = judged_.emplace(key, judge(auth)).first;
  return &known->second;
}

}  // namespace mactiond::config
