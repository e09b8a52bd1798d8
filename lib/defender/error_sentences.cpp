#include "defender/error_sentences.hpp"

#include <array>
#include <string>

#include "base/text.hpp"

namespace mactiond::defender {
namespace {

constexpr std::string_view kBusy =
    "another action is in progress on the machine: wait until it ends, or cancel it";
constexpr std::string_view kNoPermission =
    "the app registration lacks a permission for this: grant it and give admin consent";
constexpr std::string_view kNoLicence =
    "the tenant has no licence for this: assign one that includes it";
constexpr std::string_view kNotProvisioned =
    "the tenant is not set up for Defender for Endpoint: open the Defender portal as an "
    "administrator and finish its setup";
constexpr std::string_view kQuota =
    "the quota is used up: wait; all programs with this app registration share it";
constexpr std::string_view kRefused =
    "the API does not accept the request: correct what the answer names";
constexpr std::string_view kServerError =
    "the service failed: wait and try again; if it goes on, look at the service's health";
constexpr std::string_view kWrongAddress =
    "this is no answer of the API: check `api` of the region, and what is in between";

// What a message says comes before what its code says, and both before the status alone.
constexpr std::array kSentences{
    ErrorSentence{400, "ActiveRequestAlreadyExists", "", kBusy},
    ErrorSentence{400, "", "already in progress", kBusy},
    ErrorSentence{400, "", "edm.guid",
                  "the id is not one of an action: give it as a list shows it"},
    ErrorSentence{400, "ODataError", "",
                  "the tenant does not support this query: if the region stays behind, report the "
                  "message"},
    ErrorSentence{400, "InvalidInput", "",
                  "the API does not accept a value: correct the one that the message names"},
    ErrorSentence{400, "InvalidRequestBody", "",
                  "the API does not accept the body: check comment, scope, sha1 and commands"},
    ErrorSentence{400, "InvalidHashValue", "",
                  "the API does not accept the hash: give the file's SHA-1 as 40 hex digits"},
    ErrorSentence{400, "InvalidDomainName", "",
                  "the API does not accept the domain name: correct it"},
    ErrorSentence{400, "InvalidIpAddress", "",
                  "the API does not accept the IP address: correct it"},
    ErrorSentence{400, "InvalidUrl", "", "the API does not accept the URL: correct it"},
    ErrorSentence{400, "MaximumBatchSizeExceeded", "",
                  "the request has more members than the API takes: split it"},
    ErrorSentence{400, "MissingRequiredParameter", "",
                  "the request lacks the parameter that the message names: add it"},
    ErrorSentence{
        400, "OsPlatformNotSupported", "",
        "the machine's operating system does not support this action: choose another one"},
    ErrorSentence{400, "ClientVersionNotSupported", "",
                  "Defender on the machine is too old for this action: update it to the version "
                  "that the message names"},
    ErrorSentence{400, "BadRequest", "",
                  "the API does not accept the request: correct what the message names"},
    ErrorSentence{401, "", "not provisioned", kNotProvisioned},
    ErrorSentence{401, "", "license", kNoLicence},
    ErrorSentence{401, "", "invalid authorization payload",
                  "the API cannot read the token: check that `cloud` and `audience` of the region "
                  "belong together"},
    ErrorSentence{
        401, "Unauthorized", "",
        "the token is not valid any more: nothing is to be done if a new one is accepted; "
        "else check credential, tenant and `audience` of the region"},
    ErrorSentence{403, "", "missing application roles",
                  "the app registration lacks a permission: grant one of those that the message "
                  "names and give admin consent"},
    ErrorSentence{403, "", "not provisioned", kNotProvisioned},
    ErrorSentence{403, "", "license", kNoLicence},
    ErrorSentence{403, "DisallowedOperation", "automation level",
                  "the machine's device group has no automation level: set a remediation level for "
                  "the group in the Defender portal"},
    ErrorSentence{403, "DisallowedOperation", "",
                  "the service does not allow this on the machine: remove the cause that the "
                  "message names"},
    ErrorSentence{403, "DisabledFeature", "",
                  "the feature is off in the tenant: switch it on under advanced features in the "
                  "Defender portal"},
    ErrorSentence{403, "Forbidden", "", kNoPermission},
    ErrorSentence{404, "ResourceNotFound", "",
                  "the tenant has nothing with this id: check it; what is new or was there before "
                  "may be found a minute later"},
    ErrorSentence{404, "NotFound", "",
                  "the tenant has nothing with this id: check it, and that it belongs to this "
                  "region"},
    ErrorSentence{429, "", "", kQuota},
    ErrorSentence{500, "InternalServerError", "", kServerError},
    // From here on whatever the body says.
    ErrorSentence{400, "", "", kRefused},
    ErrorSentence{401, "", "",
                  "the token is not accepted: check credential, tenant and `audience` of the "
                  "region"},
    ErrorSentence{403, "", "", kNoPermission},
    ErrorSentence{404, "", "", kWrongAddress},
    ErrorSentence{405, "", "", "the API does not take this method here: check `api` of the region"},
    ErrorSentence{408, "", "", kServerError},
    ErrorSentence{409, "", "", kBusy},
    ErrorSentence{412, "", "", kBusy},
};

bool fits(const ErrorSentence& row, int status, std::string_view code, std::string_view message) {
  if (row.status != status) return false;
  if (!row.code.empty() && !iequals(row.code, code)) return false;
  return message.find(row.phrase) != std::string_view::npos;
}

}  // namespace

std::span<const ErrorSentence> error_sentences() { return kSentences; }

std::string_view error_sentence(int status, const ApiError& error) {
  const std::string message = to_lower(error.message);
  for (const ErrorSentence& row : kSentences) {
    if (fits(row, status, error.code, message)) return row.sentence;
  }
  if (status >= 500) return kServerError;
  return status >= 400 ? kRefused : kWrongAddress;
}

}  // namespace mactiond::defender
