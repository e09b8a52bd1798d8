#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "config/region_auth.hpp"

namespace mactiond::config {

/// When certificates end. Many regions with one pair are one look at it, for to decrypt a key is
/// slow on purpose.
class CertificateEnds {
 public:
  /// Nothing where there is no certificate, or it does not fit its key.
  [[nodiscard]] std::optional<WallTime> find(const RegionAuth& auth);

 private:
  using Key = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<Key, std::optional<WallTime>> known_;
};

}  // namespace mactiond::config
