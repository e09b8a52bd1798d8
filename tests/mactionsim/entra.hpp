#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "mactionsim/call.hpp"

namespace mactiond::sim {

struct EntraOptions {
  std::string tenant_id = "11111111-1111-4111-8111-111111111111";
  std::string client_id = "22222222-2222-4222-8222-222222222222";
  std::string client_secret = "mactionsim-secret";
  bool any_client = false;  ///< every client id is known, with the same secret
  bool any_tenant = false;  ///< every tenant id is known, with the same data
  /// What a token may be asked for.
  std::vector<std::string> audiences{"https://api.securitycenter.microsoft.com",
                                     "https://api.security.microsoft.com",
                                     "https://securitycenter.onmicrosoft.com/windowsatpservice"};
  std::vector<std::string> roles{"Machine.ReadWrite.All",     "Alert.Read.All",
                                 "Machine.CollectForensics",  "Machine.Isolate",
                                 "Machine.RestrictExecution", "Machine.Scan",
                                 "Machine.Offboard",          "Machine.StopAndQuarantine",
                                 "Machine.LiveResponse"};
  int expires_in_s = 3599;
};

/// The identity provider of one tenant with one application: client credentials with a secret, at
/// the v2 and the v1 endpoint.
class Entra {
 public:
  explicit Entra(EntraOptions options) : options_(std::move(options)) {}

  [[nodiscard]] EntraOptions& options() { return options_; }
  [[nodiscard]] const EntraOptions& options() const { return options_; }

  /// Whether the path is a token endpoint of any tenant.
  [[nodiscard]] static bool is_token_path(std::string_view path);
  /// Where a client finds the endpoints of a tenant, at this host.
  [[nodiscard]] static bool is_discovery_path(std::string_view path);
  [[nodiscard]] Reply discovery(const std::string& host) const;
  [[nodiscard]] Reply token(const Call& call, std::string_view path, WallTime now);
  /// An error as the token endpoint says it; number is the AADSTS number.
  [[nodiscard]] static Reply refuse(int status, std::string_view error, int number,
                                    std::string_view text, WallTime now);

  /// The roles of a token that is valid now; null for any other.
  [[nodiscard]] const std::vector<std::string>* roles_of(std::string_view token,
                                                         WallTime now) const;
  /// No token given out so far is valid any more.
  void revoke() { tokens_.clear(); }

 private:
  struct Issued {
    WallTime expires{};
    std::vector<std::string> roles;
  };
  [[nodiscard]] std::string issue(const std::string& audience, const std::string& tenant,
                                  WallTime now);
  [[nodiscard]] Reply grant(const std::string& audience, const std::string& tenant, bool v1,
                            WallTime now);

  EntraOptions options_;
  std::map<std::string, Issued, std::less<>> tokens_;
  std::uint64_t issued_ = 0;
};

}  // namespace mactiond::sim
