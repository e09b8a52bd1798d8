#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "action/token_claims.hpp"
#include "base/outcome.hpp"
#include "core/options.hpp"
#include "core/region/needed_roles.hpp"

namespace mactiond::core {

/// Whether the tokens of a region fit its configuration, by what they say of themselves. Of a token
/// that cannot be read nothing is judged.
class TokenReview {
 public:
  struct Finding {
    std::string event;
    std::vector<std::pair<std::string, std::string>> fields;
  };

  /// A new token, or nothing if it cannot be read.
  void put(std::optional<TokenClaims> claims);
  /// They are looked at again when the region was polled: not those of all regions at once.
  void options_changed() { again_ = true; }
  void polled() { due_ = due_ || (std::exchange(again_, false) && claims_); }
  /// Whether there is something to look at.
  [[nodiscard]] bool is_due() const { return due_; }

  /// What was not found before. A fault that has gone is found again when it comes back.
  [[nodiscard]] std::vector<Finding> look(const Options& options, const RegionOptions& region);

  /// Set while the token has no role at all: the API refuses every call.
  [[nodiscard]] const std::optional<Outcome>& trouble() const { return trouble_; }
  /// Needed permissions that the token lacks.
  [[nodiscard]] const std::vector<std::string>& missing() const { return missing_; }

 private:
  [[nodiscard]] bool is_new(const std::string& fault);
  void look_at_roles(const RegionOptions& region, const std::vector<NeededRole>& needed,
                     std::vector<Finding>& found);
  void look_at_audience(const RegionOptions& region, std::vector<Finding>& found);
  void look_at_tenant(const RegionOptions& region, std::vector<Finding>& found);

  std::optional<TokenClaims> claims_;
  bool due_ = false;
  bool again_ = false;
  std::set<std::string> faults_;  ///< of the last look
  std::set<std::string> former_;  ///< of the one before
  std::optional<Outcome> trouble_;
  std::vector<std::string> missing_;
};

}  // namespace mactiond::core
