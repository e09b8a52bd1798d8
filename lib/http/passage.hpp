#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"

namespace mactiond::http {

/// What a server showed of itself. Texts that it wrote.
struct PeerCertificate {
  std::string subject;
  std::string issuer;
  WallTime not_before{};
  WallTime not_after{};
};

/// What is wrong with a certificate.
enum class CertificateFault : std::uint8_t {
  None,
  UnknownIssuer,  ///< of an authority that is not trusted here, also one that signs itself
  Expired,
  NotYetValid,
  WrongName,
  Other,
};

/// How far a connection came on its way to a server, for whoever explains that.
struct Passage {
  enum class Stage : std::uint8_t { Resolving, Connecting, Tunnel, Tls, Ready };
  Stage stage = Stage::Resolving;        ///< where it ended
  std::optional<Error> error{};          ///< unless Ready
  std::string proxy{};                   ///< host and port, where the way leads through one
  std::vector<std::string> addresses{};  ///< of the server, or of the proxy
  CertificateFault fault = CertificateFault::None;
  /// Of the server; with a fault, the one in its chain that has it.
  std::optional<PeerCertificate> certificate{};
};

}  // namespace mactiond::http
