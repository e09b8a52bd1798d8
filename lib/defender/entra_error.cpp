#include "defender/entra_error.hpp"

#include <algorithm>
#include <array>

namespace mactiond::defender {
namespace {

constexpr std::string_view kPassing = "Entra had a passing fault";
constexpr std::string_view kWrongCloud = "the tenant is in another national cloud";
constexpr std::string_view kUseItsCloud = "set cloud of the region to that cloud";
constexpr std::string_view kFederation =
    "no federated credential of the application fits the token's issuer, subject and audience";
constexpr std::string_view kFixFederation =
    "compare them letter by letter, a slash at the end counts; a new one takes minutes to spread";
constexpr std::string_view kWrongScope = "the scope is wrong";
constexpr std::string_view kFixAudience =
    "correct audience: it is an address without /.default, and is not percent-encoded";
constexpr std::string_view kNoPermission =
    "the application does not list a permission for the resource";
constexpr std::string_view kAddPermission =
    "add the API permission of WindowsDefenderATP and give admin consent";
constexpr std::string_view kDisabled = "the application is disabled";
constexpr std::string_view kEnable = "allow sign-in on its enterprise application";
constexpr std::string_view kNoCredential = "the request carried no secret and no assertion";
constexpr std::string_view kSetCredential = "set a credential for the region";
constexpr std::string_view kWrongSecret = "the client secret is wrong";
constexpr std::string_view kCopyValue =
    "copy the secret's Value, not its ID, or create a new secret";
constexpr std::string_view kConditionalAccess =
    "a Conditional Access policy for workload identities blocks the application";
constexpr std::string_view kAllowAddress =
    "add this host's outgoing address to the policy's named locations, or exclude the application";
constexpr std::string_view kMalformed = "the request is malformed";
constexpr std::string_view kReport = "report this as an error of mactiond";
constexpr Duration kLoopWait = std::chrono::minutes(5);

constexpr std::array kErrors{
    EntraError{50012, "the client assertion was refused",
               "the certificate is not the one that was uploaded to the application"},
    EntraError{50027, "the client assertion is malformed", kReport},
    EntraError{50033, kPassing, {}, Again::Soon},
    EntraError{50087, kPassing, {}, Again::Soon},
    EntraError{50196, "too many identical token requests were made",
               "look for another program that uses this application in a loop", Again::Slow,
               kLoopWait},
    EntraError{53003, kConditionalAccess, kAllowAddress, Again::Slow},
    EntraError{53011, "the application is blocked as risky",
               "have the security team confirm that it is safe"},
    EntraError{65005, kNoPermission, kAddPermission},
    EntraError{70001, kDisabled, kEnable},
    EntraError{70002, kWrongSecret, kCopyValue},
    EntraError{70011, kWrongScope, kFixAudience},
    EntraError{70021, kFederation, kFixFederation, Again::Slow},
    EntraError{70023, "the federated token lives longer than 24 hours",
               "have its issuer make tokens that live shorter"},
    EntraError{90002, "there is no such tenant",
               "correct tenant_id, or set cloud to the tenant's cloud"},
    EntraError{90006, kPassing, {}, Again::Soon},
    EntraError{90012, kPassing, {}, Again::Soon},
    EntraError{90014, kMalformed, kReport},
    EntraError{90024, kPassing, {}, Again::Soon},
    EntraError{90033, kPassing, {}, Again::Soon},
    EntraError{90038, kWrongCloud, kUseItsCloud},
    EntraError{90055, "Entra throttles the tenant", {}, Again::Soon},
    EntraError{500011, "the tenant does not know the audience",
               "correct audience; in a tenant that never had a licence of Defender for Endpoint "
               "WindowsDefenderATP does not exist"},
    EntraError{501051, "the application needs a role on the resource",
               "assign the application role to it"},
    EntraError{530032, kConditionalAccess, kAllowAddress, Again::Slow},
    EntraError{650056, kNoPermission, kAddPermission},
    EntraError{650057, kNoPermission, kAddPermission},
    EntraError{700016, "the tenant has no such application",
               "check client_id and tenant_id, and give admin consent"},
    EntraError{700021, kFederation, kFixFederation, Again::Slow},
    EntraError{700024, "the client assertion is outside its time of validity",
               "set the clock of this host; renew a federated token file"},
    EntraError{700027, "the certificate is not registered on the application, or has expired",
               "upload it and compare the thumbprints; a new one takes minutes to spread",
               Again::Slow},
    EntraError{700030, "the certificate's subject name is not authorised",
               "register the certificate itself on the application"},
    EntraError{700211, kFederation, kFixFederation, Again::Slow},
    EntraError{700213, kFederation, kFixFederation, Again::Slow},
    EntraError{900023, "the tenant id is neither a GUID nor a domain", "correct tenant_id"},
    EntraError{900144, kMalformed, kReport},
    EntraError{900382, kWrongCloud, kUseItsCloud},
    EntraError{900432, kWrongCloud, kUseItsCloud},
    EntraError{1002012, kWrongScope, kFixAudience},
    EntraError{5002738, "the signature algorithm of the client assertion is not accepted",
               "use an RSA key"},
    EntraError{7000112, kDisabled, kEnable},
    EntraError{7000215, kWrongSecret, kCopyValue},
    EntraError{7000216, kNoCredential, kSetCredential},
    EntraError{7000218, kNoCredential, kSetCredential},
    EntraError{7000222, "the client secret has expired", "create a new one, or use a certificate"},
    EntraError{7000229, "the tenant has no service principal of the application",
               "give admin consent, or create its enterprise application"},
    EntraError{9002313, kMalformed, kReport},
};

static_assert(std::is_sorted(kErrors.begin(), kErrors.end(),
                             [](const EntraError& left, const EntraError& right) {
                               return left.number < right.number;
                             }));

}  // namespace

std::span<const EntraError> entra_errors() { return kErrors; }

const EntraError* find_entra_error(std::int64_t number) {
  const auto found = std::lower_bound(
      kErrors.begin(), kErrors.end(), number,
      [](const EntraError& error, std::int64_t wanted) { return error.number < wanted; });
  return found == kErrors.end() || found->number != number ? nullptr : &*found;
}

}  // namespace mactiond::defender
