#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/secret.hpp"
#include "http/message.hpp"

namespace mactiond::defender {

/// Who gives out the tokens of a managed identity.
enum class IdentityService : std::uint8_t { Vm, AppService, Arc };

/// What the machine says about its identity service.
struct IdentityVariables {
  std::string pod_authority_host;  ///< $AZURE_POD_IDENTITY_AUTHORITY_HOST
  std::string identity_endpoint;   ///< $IDENTITY_ENDPOINT
  Secret identity_header;          ///< $IDENTITY_HEADER
  std::string imds_endpoint;       ///< $IMDS_ENDPOINT
  std::string server_thumbprint;   ///< $IDENTITY_SERVER_THUMBPRINT: Service Fabric
  std::string msi_endpoint;        ///< $MSI_ENDPOINT: Machine Learning, Cloud Shell
  bool has_msi_secret = false;     ///< $MSI_SECRET
  bool has_arc_agent = false;      ///< the agent of Azure Arc is installed
};

/// Whose token is asked for, and for what.
struct IdentityAsk {
  std::string audience;   ///< asked as resource, without /.default
  std::string client_id;  ///< of a user-assigned identity; empty: the machine's own
};

/// Where the tokens are asked for.
struct IdentityPlace {
  IdentityService service = IdentityService::Vm;
  http::Url url;
  Secret header;  ///< of App Service
};

/// Or why there is no such place, and the remedy.
using IdentityChoice = std::variant<IdentityPlace, std::string>;

/// The service that is wanted; by default the first that the variables name, in the order of
/// Microsoft's libraries: App Service, Arc, virtual machine. Its address must be this machine or
/// its own link: the requests carry no proof, and the answers are tokens in plain text.
[[nodiscard]] IdentityChoice choose_identity(std::optional<IdentityService> wanted,
                                             const IdentityAsk& ask,
                                             const IdentityVariables& variables);

/// GET of a token.
[[nodiscard]] http::Request identity_request(const IdentityPlace& place, const IdentityAsk& ask);

/// The same again, with the key of Arc's challenge as it stands in its file.
[[nodiscard]] http::Request arc_request(const IdentityPlace& place, const IdentityAsk& ask,
                                        const Secret& key);

}  // namespace mactiond::defender
