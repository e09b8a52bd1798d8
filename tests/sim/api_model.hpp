#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/outcome.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/command.hpp"
#include "core/event.hpp"
#include "mactionsim/call.hpp"
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

/// One POST …/cancel as the server met it.
struct CancelPost {
  WallTime arrived{};
  ActionId action;
  std::string comment;
  bool accepted = false;  ///< whatever the answer to the client was
  int status = 0;         ///< of the answer; 0: none, or one that cannot be read
  bool learned = false;   ///< the answer reached the client
};

/// One POST that starts an action, as the server met it.
struct StartPost {
  WallTime arrived{};
  std::string machine;
  std::string comment;
  std::optional<ActionId> made{};  ///< the action that it started, whatever the answer was
  int status = 0;                  ///< of the answer; 0: none, or one that cannot be read
};

/// A refusal as the client reads it. The one of a start: sim/start_call.hpp.
[[nodiscard]] Outcome to_outcome(const Refusal& refusal, Operation operation, WallTime now);

/// One region's API as the engine meets it under virtual time: token endpoint, quota, faults and
/// the tenant's machine actions. Times are the server's.
class ApiModel {
 public:
  ApiModel(ApiOptions options, std::uint64_t seed)
      : options_(std::move(options)),
        model_(options_.traits, seed),
        ledger_(options_.limits),
        faults_(seed + 1),
        dates_(seed + 2) {}

  [[nodiscard]] core::TokenFetched serve(const core::FetchToken& command, WallTime now);
  [[nodiscard]] core::ActionsListed serve(const core::ListActions& command, WallTime now);
  [[nodiscard]] core::ActionRead serve(const core::GetAction& command, WallTime now);
  [[nodiscard]] core::CancelAnswered serve(const core::CancelAction& command, WallTime now);
  [[nodiscard]] core::ActionStarted serve(const core::StartAction& command, WallTime now);
  [[nodiscard]] core::QuestionAnswered serve(const core::AskApi& command, WallTime now);

  [[nodiscard]] DefenderModel& model() { return model_; }
  [[nodiscard]] const DefenderModel& model() const { return model_; }
  [[nodiscard]] const CallLedger& ledger() const { return ledger_; }
  [[nodiscard]] FaultPlan& faults() { return faults_; }
  [[nodiscard]] ThrottleOptions& throttle() { return options_.throttle; }

  /// The token endpoint refuses the client's secret while this is set.
  void refuse_secret(bool refuse) { secret_refused_ = refuse; }
  void revoke_tokens() { tokens_.clear(); }
  /// 403 for a cancel of one of these types.
  void forbid_cancels_of(std::set<std::string> types) { forbidden_ = std::move(types); }
  /// Of a thousand answers, how many come from servers whose Date is wrong, and by how much.
  void set_date_error(Duration by, int per_mille) {
    date_error_ = by;
    dates_wrong_ = per_mille;
  }
  [[nodiscard]] const std::vector<CancelPost>& posts() const { return posts_; }
  [[nodiscard]] const std::vector<StartPost>& starts() const { return starts_; }
  /// The answer to the post of this index reached the client.
  void learned(std::size_t post) { posts_.at(post).learned = true; }

 private:
  [[nodiscard]] core::CancelAnswered cancel(const core::CancelAction& command, WallTime now);
  /// The API's answer to the POST; writes into the last of starts_ what it made.
  [[nodiscard]] Reply start(const core::StartAction& command, WallTime now);
  /// The Date of an answer, if it has one.
  [[nodiscard]] std::optional<WallTime> date(const Outcome& outcome, WallTime now);
  /// What a call meets before it reaches the actions.
  using Struck = std::variant<Refusal, Fault>;
  [[nodiscard]] std::optional<Struck> strike(Operation operation, const Secret& token,
                                             WallTime now);
  /// The same, as the client reads it.
  [[nodiscard]] std::optional<Outcome> refuse(Operation operation, const Secret& token,
                                              WallTime now);

  ApiOptions options_;
  DefenderModel model_;
  Throttle throttle_;
  CallLedger ledger_;
  FaultPlan faults_;
  std::map<std::string, WallTime> tokens_;
  std::uint64_t next_token_ = 0;
  bool secret_refused_ = false;
  std::set<std::string> forbidden_;
  Duration date_error_{};
  int dates_wrong_ = 0;
  Random dates_;
  std::vector<CancelPost> posts_;
  std::vector<StartPost> starts_;
};

}  // namespace mactiond::sim
