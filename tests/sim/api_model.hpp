#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/disposition.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/command.hpp"
#include "core/event.hpp"
#include "sim/defender_model.hpp"
#include "sim/faults.hpp"
#include "sim/quota_judge.hpp"
#include "sim/throttle.hpp"

namespace mactiond::sim {

struct ApiOptions {
  Traits traits;
  ThrottleOptions throttle;
  /// What the judge holds the client to.
  std::vector<QuotaLimit> limits = documented_limits();
  Duration token_lifetime = std::chrono::minutes(70);
};

/// One region's API as the engine meets it under virtual time: token endpoint, quota, faults and
/// the tenant's machine actions. Times are the server's.
class ApiModel {
 public:
  ApiModel(ApiOptions options, std::uint64_t seed)
      : options_(std::move(options)),
        model_(options_.traits, seed),
        ledger_(options_.limits),
        faults_(seed + 1) {}

  [[nodiscard]] core::TokenFetched serve(const core::FetchToken& command, WallTime now);
  [[nodiscard]] core::ActionsListed serve(const core::ListActions& command, WallTime now);
  [[nodiscard]] core::ActionRead serve(const core::GetAction& command, WallTime now);
  [[nodiscard]] core::CancelAnswered serve(const core::CancelAction& command, WallTime now);

  [[nodiscard]] DefenderModel& model() { return model_; }
  [[nodiscard]] const DefenderModel& model() const { return model_; }
  [[nodiscard]] const CallLedger& ledger() const { return ledger_; }
  [[nodiscard]] FaultPlan& faults() { return faults_; }
  [[nodiscard]] ThrottleOptions& throttle() { return options_.throttle; }

  /// The token endpoint refuses the client's secret while this is set.
  void refuse_secret(bool refuse) { secret_refused_ = refuse; }
  void revoke_tokens() { tokens_.clear(); }

 private:
  /// The refusal of a call before it reaches the actions.
  [[nodiscard]] std::optional<Disposition> refuse(Operation operation, const Secret& token,
                                                  WallTime now);

  ApiOptions options_;
  DefenderModel model_;
  Throttle throttle_;
  CallLedger ledger_;
  FaultPlan faults_;
  std::map<std::string, WallTime> tokens_;
  std::uint64_t next_token_ = 0;
  bool secret_refused_ = false;
};

}  // namespace mactiond::sim
