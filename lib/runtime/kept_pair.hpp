#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/time.hpp"
#include "credential/key_pair.hpp"

namespace mactiond::runtime {

/// What became of a pair that was read again.
struct PairNews {
  bool taken = false;  ///< false: the former pair stays in use
  std::string text;    ///< the certificate, or why it is not taken
};

/// A key with its certificate, read again when its files change. A pair that is broken, ended or
/// not valid yet never replaces one that is in use.
class KeptPair {
 public:
  using Pair = std::shared_ptr<const credential::KeyPair>;
  using Read = std::function<Result<credential::KeyPair>()>;

  /// changed: whether the files have changed since it was asked last. report: once for each change.
  KeptPair(Read read, std::function<bool()> changed, std::function<void(const PairNews&)> report);

  /// The pair to sign with; an error where there is none, or its certificate is not valid now.
  [[nodiscard]] Result<Pair> at(WallTime now);
  /// Of the certificate in use, if there is one.
  [[nodiscard]] const credential::CertificateFacts* certificate() const;

 private:
  void read(WallTime now);
  void judge(Pair fresh, WallTime now);
  void take(Pair fresh);

  Read read_;
  std::function<bool()> changed_;
  std::function<void(const PairNews&)> report_;
  Pair in_use_;
  Pair next_;      ///< valid later
  Error failure_;  ///< while there is no pair
};

}  // namespace mactiond::runtime
