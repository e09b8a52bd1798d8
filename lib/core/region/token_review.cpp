#include "core/region/token_review.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/guid.hpp"
#include "base/printable.hpp"
#include "base/text.hpp"

namespace mactiond::core {
namespace {

constexpr std::size_t kEffectsMax = 8;
constexpr std::size_t kAudienceMax = 200;
constexpr std::string_view kReadAlone = "Machine.Read.All";
constexpr std::string_view kReadWrite = "Machine.ReadWrite.All";

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
  std::string all;
  for (std::size_t i = 0; i < std::min(texts.size(), kEffectsMax); ++i) {
    if (i > 0) all += between;
    all += texts[i];
  }
  if (texts.size() <= kEffectsMax) return all;
  return all + " and " + std::to_string(texts.size() - kEffectsMax) + " more";
}

/// roles: one, or a list of them.
std::string how_to_grant(const std::string& roles, const RegionOptions& region) {
  if (region.managed_identity) {
    return "assign " + roles +
           " of WindowsDefenderATP to the managed identity as app role; Azure caches the tokens of "
           "an identity for about 24 hours, and a new role may take as long to show";
  }
  return "add " + roles +
         " of WindowsDefenderATP to the application's API permissions, as application permission, "
         "and give admin consent";
}

/// An audience is an address; letter case and a slash at its end say nothing.
std::string comparable(std::string_view audience) {
  while (audience.ends_with('/')) audience.remove_suffix(1);
  return to_lower(audience);
}

bool has(const std::vector<std::string>& roles, std::string_view role) {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

}  // namespace

void TokenReview::put(std::optional<TokenClaims> claims) {
  claims_ = std::move(claims);
  due_ = claims_.has_value();
  if (claims_) return;
  trouble_.reset();
  missing_.clear();
}

std::vector<TokenReview::Finding> TokenReview::look(const Options& options,
                                                    const RegionOptions& region) {
  due_ = false;
  std::vector<Finding> found;
  if (!claims_) return found;
  former_ = std::exchange(faults_, {});
  look_at_roles(region, needed_roles(options, region), found);
  look_at_audience(region, found);
  look_at_tenant(region, found);
  former_.clear();
  return found;
}

bool TokenReview::is_new(const std::string& fault) {
  faults_.insert(fault);
  return !former_.contains(fault);
}

void TokenReview::look_at_roles(const RegionOptions& region, const std::vector<NeededRole>& needed,
                                std::vector<Finding>& found) {
  trouble_.reset();
  missing_.clear();
  for (const NeededRole& row : needed) {
    if (has_role(claims_->roles, row)) continue;
    const std::string& role = missing_.emplace_back(row.role);
    if (!is_new(role)) continue;
    found.push_back({"permission_missing",
                     {{"region", region.name},
                      {"permission", role},
                      {"effect", joined(row.lacks, "; ")},
                      {"remedy", how_to_grant(role, region)}}});
  }
  if (claims_->roles.empty()) {
    trouble_ = Outcome{Verdict::GiveUp,
                       Reason::Permission,
                       0,
                       {},
                       "the token has no application permission at all: " +
                           how_to_grant(joined(missing_, ", "), region)};
    return;
  }
  const bool reads_alone = has(claims_->roles, kReadAlone) && !has(claims_->roles, kReadWrite);
  if (!reads_alone || !is_new("reads alone")) return;
  found.push_back({"permission_old",
                   {{"region", region.name},
                    {"permission", std::string(kReadWrite)},
                    {"effect", "the API's documentation asks for it to read actions; with " +
                                   std::string(kReadAlone) + " alone they may be refused one day"},
                    {"remedy", how_to_grant(std::string(kReadWrite), region)}}});
}

void TokenReview::look_at_audience(const RegionOptions& region, std::vector<Finding>& found) {
  const std::string& aud = claims_->aud;
  // The id of the resource stands there in tokens of version 2: it cannot be compared.
  if (aud.empty() || region.audience.empty() || is_guid_with_hyphens(aud)) return;
  if (comparable(aud) == comparable(region.audience) || !is_new("audience")) return;
  found.push_back({"token_audience",
                   {{"region", region.name},
                    {"audience", region.audience},
                    {"token_is_for", printable(std::string_view(aud).substr(0, kAudienceMax))},
                    {"effect", "the API may refuse every call with 401 or 403"},
                    {"remedy", "correct `audience` of the region, or `cloud`, which sets it"}}});
}

void TokenReview::look_at_tenant(const RegionOptions& region, std::vector<Finding>& found) {
  const auto wanted = guid_digits(region.tenant_id);
  const auto tid = guid_digits(claims_->tid);
  // A domain's name cannot be compared.
  if (!wanted || !tid || *wanted == *tid || !is_new("tenant")) return;
  found.push_back({"token_tenant",
                   {{"region", region.name},
                    {"effect", "the token is of another tenant: its machines are followed"},
                    {"remedy", region.managed_identity
                                   ? "correct `tenant_id`: a managed identity gets tokens of the "
                                     "tenant that its machine belongs to"
                                   : "correct `tenant_id` of the region"}}});
}

}  // namespace mactiond::core
