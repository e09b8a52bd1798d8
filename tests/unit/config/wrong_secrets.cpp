#include <string>
#include <vector>

#include "unit/config/config_text.hpp"
#include "unit/config/wrong_configs.hpp"

namespace mactiond::config {
namespace {

const std::string kSecret = kPlantedSecret;

// A region whose line 2 is tested; secret is its client secret's line, if that is not what is
// wrong.
std::string in_region(const std::string& line,
                      const std::string& secret = "auth.client_secret='env:MACTIOND_TEST_SECRET'") {
  return "[[region]]\n" + line + "\nname='eu'\ntenant_id='t'\nclient_id='c'\n" + secret + '\n';
}

// Line 11 is tested.
std::string in_webhook(const std::string& line) {
  return region_text() + "[[webhook]]\nname='soc'\nurl='https://hooks.example/'\n" + line + '\n';
}

}  // namespace

std::vector<WrongConfig> wrong_region_secrets() {
  return {
      {"ClientSecretInline", in_region("auth.client_secret='" + kSecret + "'", ""), "2:20",
       "must be file:/path, env:NAME or credential:NAME; secrets are not written here"},
      {"ClientSecretWithoutQuotes", in_region("auth.client_secret=" + kSecret, ""), "2:20",
       "text needs quotes"},
      {"ClientSecretOfDigits", in_region("auth.client_secret=5550123456789012345678901", ""),
       "2:45", "beyond 64 bits; text needs quotes"},
      {"ClientSecretUnclosed", in_region("auth.client_secret='" + kSecret, ""), "2:29",
       "is the quote closed"},
      {"ClientSecretTwice",
       in_region("auth.client_secret='" + kSecret + "'\nauth.client_secret='" + kSecret + "'", ""),
       "3:20", "redefine"},
      {"ClientSecretMisspelled", in_region("auth.client_secert='" + kSecret + "'"), "2:6",
       "did you mean client_secret?"},
      {"ClientSecretOutside", in_region("client_secret='" + kSecret + "'"), "2:1",
       "did you mean auth.client_secret?"},
      {"ClientSecretAsList", in_region("auth.client_secret=['" + kSecret + "']", ""), "2:20",
       "not a list"},
      {"ClientSecretOfNoFile", in_region("auth.client_secret='file:/nonexistent/s'", ""), "2:20",
       "file:/nonexistent/s: No such file"},
      {"ClientSecretOfRelativeFile", in_region("auth.client_secret='file:s'", ""), "2:20",
       "file:s: the path must be absolute"},
      {"ClientSecretOfNoVariable", in_region("auth.client_secret='env:MACTIOND_TEST_UNSET'", ""),
       "2:20", "the environment variable is not set"},
      {"ClientSecretOfTwoLines", in_region("auth.client_secret='env:MACTIOND_TEST_LINES'", ""),
       "2:20", "line break"},
      {"ClientSecretOfCredentialPath", in_region("auth.client_secret='credential:../mde-eu'", ""),
       "2:20", "has no slash"},
      {"PasswordInAuthority", in_region("authority='https://u:" + kSecret + "@login.example'"),
       "2:11", "not a usable https URL"},
      {"PasswordInProxy", in_region("proxy='http://u:" + kSecret + "@proxy.example:1'"), "2:7",
       "proxy_auth"},
      {"ProxyAuthWithoutColon", in_region("proxy_auth='env:MACTIOND_TEST_SECRET'"), "2:12",
       "must hold user:password"},
      {"ProxyAuthInline", in_region("proxy_auth='user:password'"), "2:12", "not written here"},
  };
}

std::vector<WrongConfig> wrong_webhook_secrets() {
  const std::string key = "-----BEGIN PRIVATE KEY-----\\n" + kSecret;
  return {
      {"PasswordInUrl",
       region_text() + "[[webhook]]\nname='a'\nurl='https://u:" + kSecret + "@hooks.example'\n",
       "10:5", "not a usable http or https URL"},
      {"UrlOfBadSecret", region_text() + "[[webhook]]\nname='a'\nurl='env:MACTIOND_TEST_BAD_URL'\n",
       "10:5", "not a usable http or https URL"},
      {"SigningSecretInline", in_webhook("secret='whsec_" + kSecret + "'"), "11:8",
       "secrets are not written here"},
      {"SigningSecretInlineInList",
       in_webhook("secret=['env:MACTIOND_TEST_HOOK','" + kSecret + "']"), "11:34",
       "secrets are not written here"},
      {"SigningSecretTooShort", in_webhook("secret='env:MACTIOND_TEST_SHORT'"), "11:8",
       "has 24 to 64 bytes"},
      {"BearerInline", in_webhook("bearer='" + kSecret + "'"), "11:8",
       "secrets are not written here"},
      {"BearerWithoutQuotes", in_webhook("bearer = " + kSecret), "11:10", "quotes"},
      {"BasicInline", in_webhook("basic='user:" + kSecret + "'"), "11:7",
       "secrets are not written here"},
      {"TokenInline", in_webhook("format='splunk_hec'\ntoken='" + kSecret + "'"), "12:7",
       "secrets are not written here"},
      {"BearerAndBasic",
       in_webhook("bearer='env:MACTIOND_TEST_SECRET'\nbasic='env:MACTIOND_TEST_PAIR'"), "12:7",
       "one Authorization"},
      {"HeaderWithLineBreak", in_webhook("headers={X-Key=\"" + kSecret + "\\n\"}"), "11:16",
       "printable ASCII"},
      {"HeaderUnderReservedName",
       in_webhook("headers={Cookie='a',Authorization='" + kSecret + "'}"), "11:21",
       "bearer and basic"},
      {"PrivateKeyInline", in_webhook("client_key=\"" + key + "\""), "11:12",
       "must be an absolute path"},
      {"PrivateKeyWithoutEnd", in_webhook("client_key='/dev/zero'"), "11:12", "not a regular file"},
      {"CertificateWithoutKey", in_webhook("client_cert='" MACTIOND_FIXTURES "/certificate.pem'"),
       "11:13", "client_key is needed with it"},
      {"TemplateWithSecret",
       in_webhook("format='template'\ntemplate='{\"key\": \"" + kSecret + "\" '"), "12:10",
       "of the template: is not JSON"},
  };
}

std::vector<WrongConfig> wrong_configs() {
  std::vector<WrongConfig> all;
  for (const auto rows : {wrong_sections, wrong_regions, wrong_region_numbers, wrong_policies,
                          wrong_submit, wrong_webhooks, wrong_formats, wrong_syslogs,
                          wrong_region_secrets, wrong_webhook_secrets}) {
    for (WrongConfig& row : rows()) all.push_back(std::move(row));
  }
  return all;
}

std::vector<std::string> planted_secrets() {
  return {kPlantedSecret, kClientSecret,
          kHookSecret,    "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
          "secret-path",  "5550123456789012345678901"};
}

}  // namespace mactiond::config
