#include "defender/error_sentences.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

namespace mactiond::defender {
namespace {

using ::testing::HasSubstr;

struct Documented {
  int status;
  std::string code;
  std::string message;
  std::string tells;  ///< part of what the operator is told to do
};

std::string told(int status, const std::string& code, const std::string& message) {
  return std::string(error_sentence(status, ApiError{code, message}));
}

/// The codes of the documentation, with messages of their patterns.
const std::vector<Documented>& documented() {
  static const std::vector<Documented> kAll{
      {400, "BadRequest", "The request is bad.", "correct what the message names"},
      {400, "ODataError", "Could not find a property named 'x'.", "report the message"},
      {400, "InvalidInput", "Invalid input x.", "correct the one"},
      {400, "InvalidRequestBody", "Request body is incorrect", "check comment, scope, sha1"},
      {400, "InvalidHashValue", "Hash value x is invalid.", "40 hex digits"},
      {400, "InvalidDomainName", "Domain name x is invalid.", "correct it"},
      {400, "InvalidIpAddress", "IP address x is invalid.", "correct it"},
      {400, "InvalidUrl", "URL x is invalid.", "correct it"},
      {400, "MaximumBatchSizeExceeded", "Received: 5000, allowed: 500.", "split it"},
      {400, "MissingRequiredParameter", "Parameter x is missing.", "add it"},
      {400, "OsPlatformNotSupported", "OS Platform x is not supported.", "choose another"},
      {400, "ClientVersionNotSupported", "Isolate is supported on 10.1 and later.", "update it"},
      {401, "Unauthorized", "Invalid or expired authorization header.", "check credential"},
      {403, "Forbidden", "Valid token, no permission.", "admin consent"},
      {403, "DisabledFeature", "Tenant feature is not enabled.", "switch it on"},
      {403, "DisallowedOperation", "Operation x is not allowed: y.", "remove the cause"},
      {404, "NotFound", "Not found.", "belongs to this region"},
      {404, "ResourceNotFound", "Machine 123 was not found", "a minute later"},
      {429, "TooManyRequests", "Quota reached.", "wait"},
      {500, "InternalServerError", "", "try again"},
  };
  return kAll;
}

/// What services answer beside those.
const std::vector<Documented>& seen() {
  static const std::vector<Documented> kAll{
      {400, "ActiveRequestAlreadyExists", "Action is already in progress", "cancel it"},
      {400, "BadRequest", "Another action is Already In Progress for this machine", "cancel it"},
      {400, "BadRequest", "Unable to parse x as Edm.Guid", "as a list shows it"},
      {429, "429",
       "API calls quota exceeded! Maximum allowed 30 per 00:01:00 for the key "
       "Destination+TenantID+AppID. You can send requests again in 8 seconds.",
       "wait"},
      {403, "Forbidden",
       "Missing application roles. API required roles: Machine.Read.All, "
       "Machine.ReadWrite.All, application roles: Machine.Isolate.",
       "grant one of those that the message names"},
      {403, "DisallowedOperation",
       "This device has no automation level assigned to it. You'll need to at least enable the "
       "minimum Remediation Level for a given Device Group.",
       "set a remediation level"},
      {401, "Unauthorized", "Invalid Authorization payload.", "`audience`"},
      {401, "Unauthorized", "Account is not provisioned", "finish its setup"},
      {403, "Forbidden", "Account is not provisioned", "finish its setup"},
      {401, "Unauthorized", "No Tvm license", "assign one"},
      {403, "Forbidden", "No TVM License", "assign one"},
      {404, "ResourceNotFound", "Machine action 5382f7ea was not found", "a minute later"},
      {405, "", "", "check `api`"},
      {409, "Conflict", "", "cancel it"},
      {412, "PreconditionFailed", "", "cancel it"},
      {503, "", "", "try again"},
      {302, "", "", "check `api`"},
      {404, "", "", "check `api`"},
      {400, "", "", "correct"},
      {401, "", "", "check credential"},
      {403, "", "", "admin consent"},
      {408, "", "", "try again"},
      {413, "", "", "correct"},
  };
  return kAll;
}

TEST(ErrorSentence, SaysWhatToDoAboutEveryDocumentedCode) {
  for (const Documented& error : documented()) {
    EXPECT_THAT(told(error.status, error.code, error.message), HasSubstr(error.tells))
        << error.code;
  }
}

TEST(ErrorSentence, SaysWhatToDoAboutEveryAnswerThatWasSeen) {
  for (const Documented& error : seen()) {
    EXPECT_THAT(told(error.status, error.code, error.message), HasSubstr(error.tells))
        << error.status << ' ' << error.code << ' ' << error.message;
  }
}

TEST(ErrorSentence, DoesNotDependOnTheCaseOfACodeOrAMessage) {
  EXPECT_EQ(told(400, "activerequestalreadyexists", ""),
            told(400, "ActiveRequestAlreadyExists", ""));
  EXPECT_EQ(told(403, "Forbidden", "MISSING APPLICATION ROLES"),
            told(403, "Forbidden", "Missing application roles"));
}

TEST(ErrorSentence, EachHasTwoParts) {
  for (const ErrorSentence& row : error_sentences()) {
    const std::size_t colon = row.sentence.find(": ");
    ASSERT_NE(colon, std::string_view::npos) << row.sentence;
    EXPECT_GT(colon, 0U) << row.sentence;
    EXPECT_LT(colon + 2, row.sentence.size()) << row.sentence;
    if (!row.code.empty() || !row.phrase.empty()) continue;
    EXPECT_EQ(row.sentence.find("message"), std::string_view::npos)
        << "there may be none: " << row.sentence;
  }
}

TEST(ErrorSentence, EveryRowIsTheFirstForSomeAnswer) {
  std::set<const ErrorSentence*> used;
  for (const std::vector<Documented>* errors : {&documented(), &seen()}) {
    for (const Documented& error : *errors) {
      const std::string sentence = told(error.status, error.code, error.message);
      for (const ErrorSentence& row : error_sentences()) {
        if (row.status == error.status && row.sentence == sentence) used.insert(&row);
      }
    }
  }
  for (const ErrorSentence& row : error_sentences()) {
    EXPECT_TRUE(used.contains(&row)) << row.status << ' ' << row.code << ' ' << row.phrase;
  }
}

}  // namespace
}  // namespace mactiond::defender
