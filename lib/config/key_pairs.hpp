#pragma once

#include <map>
#include <string>
#include <tuple>

#include "base/error.hpp"
#include "config/region_auth.hpp"
#include "credential/key_pair.hpp"

namespace mactiond::config {

/// Judges certificates with their keys; many regions with one pair are one judgement, for to
/// decrypt a key is slow on purpose.
class KeyPairs {
 public:
  /// Nothing where a part is missing or was not read.
  [[nodiscard]] const Result<credential::CertificateFacts>* find(const RegionAuth& auth);

 private:
  using Key = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<Key, Result<credential::CertificateFacts>> judged_;
};

}  // namespace mactiond::config
