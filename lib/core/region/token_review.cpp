#include "core/region/token_review.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/printable.hpp"

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
                      {"remedy", how_to_grant(role, region.managed_identity)}}});
  }
  if (claims_->roles.empty()) {
    trouble_ = Outcome{Verdict::GiveUp,
                       Reason::Permission,
                       0,
                       {},
                       "the token has no application permission at all: " +
                           how_to_grant(joined(missing_, ", "), region.managed_identity)};
    return;
  }
  const bool reads_alone = has(claims_->roles, kReadAlone) && !has(claims_->roles, kReadWrite);
  if (!reads_alone || !is_new("reads alone")) return;
  found.push_back({"permission_old",
                   {{"region", region.name},
                    {"permission", std::string(kReadWrite)},
                    {"effect", "the API's documentation asks for it to read actions; with " +
                                   std::string(kReadAlone) + " alone they may be refused one day"},
                    {"remedy", how_to_grant(std::string(kReadWrite), region.managed_identity)}}});
}

void TokenReview::look_at_audience(const RegionOptions& region, std::vector<Finding>& found) {
  if (!is_for_another_audience(*claims_, region.audience) || !is_new("audience")) return;
  const std::string_view aud = claims_->aud;
  found.push_back({"token_audience",
                   {{"region", region.name},
                    {"audience", region.audience},
                    {"token_is_for", printable(aud.substr(0, kAudienceMax))},
                    {"effect", "the API may refuse every call with 401 or 403"},
                    {"remedy", "correct `audience` of the region, or `cloud`, which sets it"}}});
}

void TokenReview::look_at_tenant(const RegionOptions& region, std::vector<Finding>& found) {
  if (!is_of_another_tenant(*claims_, region.tenant_id) || !is_new("tenant")) return;
  found.push_back({"token_tenant",
                   {{"region", region.name},
                    {"effect", "the token is of another tenant: its machines are followed"},
                    {"remedy", region.managed_identity
                                   ? "correct `tenant_id`: a managed identity gets tokens of the "
                                     "tenant that its machine belongs to"
                                   : "correct `tenant_id` of the region"}}});
}

}  // namespace mactiond::core
