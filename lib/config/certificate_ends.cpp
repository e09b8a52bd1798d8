#include "config/certificate_ends.hpp"

#include "credential/key_pair.hpp"

namespace mactiond::config {
namespace {

std::optional<WallTime> read_end(const RegionAuth& auth) {
  const Secret& password = auth.key_password.value;
  const auto pair =
      auth.pkcs12.value.empty()
          ? credential::KeyPair::from_pem(auth.certificate.value.reveal(), auth.key.value, password)
          : credential::KeyPair::from_pkcs12(auth.pkcs12.value, password);
  if (!pair) return std::nullopt;
  return pair->certificate().not_after;
}

}  // namespace

std::optional<WallTime> CertificateEnds::find(const RegionAuth& auth) {
  if (auth.kind != AuthKind::Certificate) return std::nullopt;
  const Key key{auth.pkcs12.value.reveal(), auth.certificate.value.reveal(),
                auth.key.value.reveal(), auth.key_password.value.reveal()};
  const auto [row, is_new] = known_.try_emplace(key);
  if (is_new) row->second = read_end(auth);
  return row->second;
}

}  // namespace mactiond::config
