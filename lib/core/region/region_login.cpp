#include <chrono>
#include <string>
#include <utility>

#include "base/iso_time.hpp"
#include "core/region/region.hpp"
#include "core/region/region_events.hpp"
#include "core/region/retry_after.hpp"
#include "core/region/trouble_limits.hpp"

// With what a region calls the API: its tokens, what they are good for, and the credential that
// they are got with.

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTokenTimeout = 30s;
constexpr int kTokenFailuresUntilTrouble = 3;

}  // namespace

void Region::advance_token(Now now, StepWriter& out) {
  if (!login_.token.wants_fetch(now.mono)) return;
  login_.token.fetch_started();
  const CommandId id = calls_.begin({Call::Kind::Token, {}, now.mono}, out);
  out.commands().push_back(FetchToken{id, options_.name, now.mono + kTokenTimeout});
}

void Region::on(TokenFetched fetched, Now now, StepWriter& out) {
  (void)calls_.end(fetched.command);
  cap_retry_after(fetched.outcome);
  if (login_.token.end_wait()) schedule_.poll_soon(now.mono);
  if (fetched.credential_end) login_.credential.set(fetched.credential_end);
  if (fetched.outcome.ok()) {
    if (!fetched.credential_end) login_.credential.set(options_.credential_end);
    const TokenCache::Terms terms{fetched.lifetime, fetched.refresh_in};
    login_.token.fetched(std::move(fetched.token), terms, now.mono);
    login_.review.put(std::move(fetched.claims));
    return;
  }
  if (fetched.outcome.reason == Reason::Stopped) {
    login_.token.fetch_abandoned();
    return;
  }
  login_.token.fetch_failed(fetched.outcome.retry_after, now.mono, random_);
  out.log(LogEntry::Level::Warning, "token_failed",
          {{"region", options_.name}, {"reason", describe(fetched.outcome)}});
  // While the old token still works nothing is wrong yet.
  if (login_.token.usable(now.mono) != nullptr) return;
  health_.failed(fetched.outcome);
  const bool at_once = fetched.outcome.reason == Reason::Auth || waits_long(fetched.outcome) ||
                       login_.token.failures() >= kTokenFailuresUntilTrouble;
  mark_degraded(fetched.outcome, at_once, now, out);
}

void Region::look_after_login(Now now, StepWriter& out) {
  std::optional<Outcome> trouble;
  if (login_.review.is_due()) {
    for (TokenReview::Finding& found : login_.review.look(*login_.options, options_)) {
      out.log(LogEntry::Level::Warning, std::move(found.event), std::move(found.fields));
    }
    trouble = login_.review.trouble();
  }
  const auto at = login_.threshold_at(clock_, schedule_.poll_failures(), now);
  if (at && *at <= now.mono) {
    const CredentialMark reached = login_.credential.report(clock_.now(now));
    out.record(credential_event(options_.name, reached, clock_.moment(now)), now.wall);
    out.batch().regions.push_back(row());
    out.log(LogEntry::Level::Warning, "credential_expiring",
            {{"region", options_.name},
             {"days", std::to_string(reached.days)},
             {"expires", format_iso_time_short(reached.end)}});
    if (!trouble) trouble = login_.credential.trouble(clock_.now(now));
  }
  if (!trouble) return;
  health_.failed(*trouble);
  mark_degraded(*trouble, true, now, out);
}

}  // namespace mactiond::core
