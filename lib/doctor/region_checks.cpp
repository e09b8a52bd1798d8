#include "doctor/region_checks.hpp"

#include <chrono>
#include <utility>

#include "base/iso_time.hpp"

namespace mactiond::doctor {
namespace {

using namespace std::chrono_literals;

/// Entra refuses an assertion that is five minutes off, receivers a signature.
constexpr Duration kClockOffMax = 2min;

std::string length_of(Duration time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 7200) return std::to_string(seconds / 60) + " min";
  return std::to_string(seconds / 3600) + " h";
}

std::string joined(const std::vector<std::string>& texts) {
  std::string line;
  for (const std::string& text : texts) line += (line.empty() ? "" : ", ") + text;
  return line;
}

std::string remedy_of(const Outcome& outcome) {
  switch (outcome.reason) {
    case Reason::Throttled:
      return "wait; look for another program that asks for tokens of this application";
    case Reason::ServerError:
    case Reason::Timeout:
    case Reason::Gone:  // of an identity service that is being updated
      return "wait and try again; look at the service's health if it lasts";
    case Reason::NotFound:
    case Reason::Redirect:
    case Reason::BadAnswer:
    case Reason::TooLarge:
      return "correct authority: what answers there is no token endpoint";
    case Reason::Network:
    case Reason::Tls:
      return "look at the way to authority: name, proxy, firewall, certificate";
    case Reason::Stopped:
      return "ask again once the daemon runs";
    default:
      break;
  }
  if (outcome.status == 0)
    return "correct the credential that is named, and have the daemon's user read it";
  return "correct tenant_id, client_id and the credential of the region";
}

}  // namespace

Check clock_check(const Target& target, Duration skew) {
  const Duration off = std::chrono::abs(skew);
  if (off < 1s) return target.good("clock", "agrees with the server's");
  const std::string way = skew > Duration{} ? "behind" : "ahead of";
  const std::string detail = length_of(off) + ' ' + way + " the server's";
  if (off < kClockOffMax) return target.good("clock", detail);
  return target.bad("clock", detail,
                    "set the clock of this host and keep it right (chrony or systemd-timesyncd)");
}

Check token_check(const Target& target, const TokenFacts& facts, WallTime now) {
  const Outcome& outcome = facts.outcome;
  if (!outcome.ok()) {
    const bool has_detail = !outcome.detail.empty();
    Advice advice = split_at_first(has_detail ? outcome.detail : describe(outcome), "; ");
    if (advice.remedy.empty()) advice.remedy = remedy_of(outcome);
    return target.bad("token", std::move(advice.fault), std::move(advice.remedy));
  }
  if (facts.claims) {
    const TokenClaims& claims = *facts.claims;
    if (is_for_another_audience(claims, facts.audience)) {
      return target.bad("token", "it is made for " + claims.aud + ", not for " + facts.audience,
                        "correct audience of the region");
    }
    if (is_of_another_tenant(claims, facts.tenant_id)) {
      return target.bad("token", "it is of tenant " + claims.tid + ", not of " + facts.tenant_id,
                        "correct tenant_id, or use the credential of that tenant");
    }
  }
  std::string detail = "valid for " + length_of(facts.lifetime);
  if (facts.credential_end) {
    const std::string day = format_iso_time(*facts.credential_end).substr(0, 10);
    if (*facts.credential_end <= now) {
      return target.bad("token", detail + ", but the credential's end was " + day,
                        "renew the credential, then correct expires of the region");
    }
    detail += "; the credential ends on " + day;
  }
  return target.good("token", detail);
}

Check role_check(const Target& target, const std::vector<std::string>& roles,
                 const std::vector<NeededRole>& needed, bool managed_identity) {
  std::vector<std::string> missing;
  std::vector<std::string> names;
  std::vector<std::string> more = roles;
  for (const NeededRole& need : needed) {
    std::erase_if(more, [&need](const std::string& role) { return serves(role, need); });
    if (has_role(roles, need)) continue;
    names.emplace_back(need.role);
    missing.push_back(names.back() + " (" + joined(need.lacks) + ')');
  }
  const std::string remedy = how_to_grant(joined(names), managed_identity);
  if (roles.empty()) {
    return target.bad("roles", "the token has no application permission at all", remedy);
  }
  const std::string beside = more.empty() ? "" : "; more than needed: " + joined(more);
  if (missing.empty()) return target.good("roles", "all that is needed" + beside);
  return target.bad("roles", "the token lacks " + joined(missing) + beside,
                    remedy + "; a new permission is in tokens that are made later");
}

Check list_check(const Target& target, const std::optional<ListFailure>& failure) {
  if (!failure) return target.good("list", "the list of actions can be read");
  switch (failure->why) {
    case ListFailure::Why::NoQuota:
      return target.bad("list", "not tried: " + failure->words,
                        "try again later; other programs with this application share the quota");
    case ListFailure::Why::NotAsked:
      return target.bad("list", "not tried: " + failure->words,
                        "remove that cause, then run mactionctl region retry");
    case ListFailure::Why::Failed:
      return target.bad("list", failure->words,
                        "wait and try again; correct api if what answers there is not the API");
    case ListFailure::Why::Refused:
      break;
  }
  // "code: message; what is wrong: what to do"
  Advice sentence = split_at_last(failure->words, "; ");
  Advice advice = split_at_first(sentence.remedy, ": ");
  if (advice.remedy.empty()) {
    return target.bad(
        "list", failure->words,
        "check audience, cloud, tenant_id and api of the region, and what is between");
  }
  return target.bad("list", sentence.fault + "; " + advice.fault, std::move(advice.remedy));
}

}  // namespace mactiond::doctor
