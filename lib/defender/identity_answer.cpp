#include "defender/identity_answer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/backoff.hpp"
#include "base/text.hpp"
#include "defender/answer_object.hpp"
#include "http/status_meaning.hpp"

namespace mactiond::defender {
namespace {

using std::chrono::seconds;

std::string name_of(IdentityService service) {
  switch (service) {
    case IdentityService::Vm:
      return "the metadata service of the virtual machine";
    case IdentityService::AppService:
      return "the identity service of the app";
    case IdentityService::Arc:
      return "the agent of Azure Arc";
  }
  return "";
}

std::string_view hint_of(IdentityService service) {
  switch (service) {
    case IdentityService::Vm:
      return "is this a virtual machine of Azure, and may the service reach 169.254.169.254?";
    case IdentityService::AppService:
      return "is $IDENTITY_ENDPOINT that of this app?";
    case IdentityService::Arc:
      return "is the agent running (systemctl status himdsd)?";
  }
  return "";
}

/// What the status means for us, and what it means in words.
struct Meaning {
  Verdict verdict;
  Reason reason;
  std::string text;
};

// One word of letters, digits and lines; what does not look like one is not repeated.
std::string error_word(std::string_view word) {
  const bool plain = word.size() <= 64 && std::all_of(word.begin(), word.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                     });
  return plain ? std::string(word) : std::string();
}

Meaning bad_request(std::string_view body) {
  const auto answer = parse_answer(body);
  const std::string word = answer ? error_word(text_in(*answer, "error")) : std::string();
  const std::string text = answer ? to_lower(text_in(*answer, "error_description")) : std::string();
  if (text.find("identity not found") != std::string::npos) {
    return {Verdict::Retry, Reason::Auth,
            "knows no such identity; assign a managed identity to this machine (a new one takes a "
            "minute) and compare `identity` with its client id"};
  }
  if (word == "invalid_resource" || text.find("aadsts500011") != std::string::npos) {
    return {Verdict::GiveUp, Reason::Auth,
            "does not know the audience; check `audience`, and that the tenant has Defender for "
            "Endpoint"};
  }
  return {Verdict::GiveUp, Reason::Auth,
          "refused the request" + (word.empty() ? word : " (" + word + ')') +
              "; check `identity` and `audience`"};
}

Meaning unauthorized(IdentityService service) {
  switch (service) {
    case IdentityService::Vm:
      return {Verdict::GiveUp, Reason::Auth,
              "does not accept the request; is a managed identity assigned to this machine?"};
    case IdentityService::AppService:
      return {Verdict::GiveUp, Reason::Auth,
              "does not accept $IDENTITY_HEADER; restart the app, the platform sets a new one"};
    case IdentityService::Arc:
      return {Verdict::GiveUp, Reason::Auth,
              "does not accept the key of its challenge; restart the agent (systemctl restart "
              "himdsd)"};
  }
  return {};
}

Meaning server_error(int status) {
  if (status != 502) return {Verdict::Retry, Reason::ServerError, "has trouble of its own"};
  return {Verdict::Retry, Reason::ServerError,
          "is not what answers, but a proxy on this machine; let it pass link-local addresses"};
}

Meaning meaning_of(IdentityService service, const http::Response& response) {
  switch (response.status) {
    case 400:
      return bad_request(response.body);
    case 401:
      return unauthorized(service);
    case 403:
      return {Verdict::GiveUp, Reason::Auth,
              "refuses access; where a container or a proxy stands between, let it pass the "
              "service's address"};
    case 404:
      return {Verdict::Retry, Reason::NotFound,
              "does not know the request; is a managed identity assigned, and `source` right?"};
    case 408:
      return {Verdict::Retry, Reason::Timeout, "was too slow"};
    case 410:
      return {Verdict::Retry, Reason::Gone, "is being updated, which takes a minute or two"};
    case 429:
      return {Verdict::Retry, Reason::Throttled, "has too many requests"};
    default:
      break;
  }
  if (response.status / 100 == 3) {
    return {Verdict::GiveUp, Reason::Redirect,
            "answered with a redirect, which is never followed; something else answers at its "
            "address"};
  }
  if (response.status >= 500) return server_error(response.status);
  return {Verdict::GiveUp, Reason::Auth, "refused the request"};
}

// The value of realm: up to the end, or between quotes.
std::optional<std::string_view> realm_of(std::string_view challenge) {
  constexpr std::string_view kScheme = "Basic ";
  constexpr std::string_view kRealm = "realm=";
  if (!iequals(challenge.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  const std::string_view rest = trim(challenge.substr(kScheme.size()));
  if (!iequals(rest.substr(0, kRealm.size()), kRealm)) return std::nullopt;
  std::string_view realm = trim(rest.substr(kRealm.size()));
  if (!realm.starts_with('"')) return realm;
  realm.remove_prefix(1);
  const std::size_t end = realm.find('"');
  if (end == std::string_view::npos) return std::nullopt;
  return realm.substr(0, end);
}

Error unusable_key(std::string_view why) {
  return {Errc::PathNotUsable, "the key file that the agent of Azure Arc names " +
                                   std::string(why) + ", and was not read; see docs/login.md"};
}

}  // namespace

Outcome identity_outcome(IdentityService service, const http::Response& response, WallTime local) {
  Outcome result = http::outcome(response, local);
  if (result.ok()) return result;
  Meaning meaning = meaning_of(service, response);
  result.verdict = meaning.verdict;
  result.reason = meaning.reason;
  result.detail = name_of(service) + ' ' + std::move(meaning.text);
  return result;
}

Outcome identity_outcome(IdentityService service, const Error& error) {
  Outcome result = http::outcome(error);
  if (result.reason == Reason::Stopped) return result;
  result.detail = name_of(service) + ": " + error.message() + "; " + std::string(hint_of(service));
  return result;
}

Result<std::string> arc_key_name(const http::Response& challenge) {
  constexpr std::string_view kSuffix = ".key";
  const auto header = http::find_header(challenge.headers, "WWW-Authenticate");
  if (!header) {
    return Error(Errc::UnexpectedDocument,
                 "the agent of Azure Arc sent no challenge (WWW-Authenticate)");
  }
  const auto path = realm_of(trim(*header));
  if (!path) {
    return Error(Errc::UnexpectedDocument,
                 "the challenge of the agent of Azure Arc names no key file");
  }
  const std::size_t slash = path->rfind('/');
  if (slash == std::string_view::npos || path->substr(0, slash) != kArcKeyDirectory) {
    return unusable_key("is not in " + std::string(kArcKeyDirectory));
  }
  const std::string_view name = path->substr(slash + 1);
  if (!name.ends_with(kSuffix) || name.size() == kSuffix.size()) {
    return unusable_key("does not end in .key");
  }
  if (name.size() > 255 || std::any_of(name.begin(), name.end(), is_control)) {
    return unusable_key("has no usable name");
  }
  return std::string(name);
}

std::optional<Duration> IdentityRetries::wait_after(const Outcome& failure) {
  if (failure.verdict != Verdict::Retry || failure.reason == Reason::Stopped) return std::nullopt;
  // An update of the service and a limit last longer than a fault.
  const bool lasts = failure.status == 410 || failure.status == 429;
  const int most = lasts ? 4 : 3;
  if (waits_ >= most) return std::nullopt;
  ++waits_;
  const Duration wait = backoff(waits_, lasts ? seconds(2) : seconds(1), seconds(16));
  return std::max(wait, failure.retry_after.value_or(Duration{}));
}

}  // namespace mactiond::defender
