#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "config/config.hpp"
#include "config/loader.hpp"
#include "runtime/kept_pair.hpp"

namespace mactiond::daemon {

/// The keys and certificates of all regions. Those with the same references are one pair, over
/// reloads too: it is read once and reported once for hundreds of tenants.
class KeyPairs {
 public:
  /// environment outlives the pairs.
  explicit KeyPairs(const config::Environment& environment) : environment_(environment) {}

  /// Reads again what has changed. An error begins with the reference that is to blame; a
  /// certificate that has ended is none, and neither is what cannot be seen by a mere check.
  [[nodiscard]] Result<std::shared_ptr<runtime::KeptPair>> pair(const config::RegionAuth& auth,
                                                                WallTime now);

 private:
  /// certificate, key, pkcs12, key_password
  using Key = std::tuple<std::string, std::string, std::string, std::string>;

  [[nodiscard]] std::shared_ptr<runtime::KeptPair> make(const config::RegionAuth& auth) const;

  const config::Environment& environment_;
  std::map<Key, std::weak_ptr<runtime::KeptPair>> pairs_;
};

}  // namespace mactiond::daemon
