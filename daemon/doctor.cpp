#include "doctor.hpp"

#include <memory>
#include <utility>
#include <variant>

#include "disk_space.hpp"
#include "doctor/store_checks.hpp"
#include "examined.hpp"
#include "net/async_event.hpp"

namespace mactiond::daemon {
namespace {

constexpr Duration kPatience = std::chrono::seconds(20);

/// Waits for what is answered by a call.
struct Awaited {
  explicit Awaited(const boost::asio::any_io_executor& executor) : done(executor) {}
  net::AsyncEvent done;
  std::optional<core::QuestionResult> result;
};

}  // namespace

std::optional<std::string> Doctor::examine(const doctor::Wanted& wanted,
                                           std::function<void(doctor::Checks)> done) {
  if (in_progress_) return "another examination is in progress: wait for its end";
  if (const auto refused = parts_.driver.refusal()) return refused->where;
  const config::Config& config = parts_.configuration.current();
  const auto access_of = [this](const std::string& region) {
    return parts_.runner.calls.access(region);
  };
  ToExamine found = to_examine(config, wanted, access_of, executor_, parts_.clock);
  runtime::Examination::Parts parts{
      executor_,
      parts_.clock,
      parts_.runner.deliveries,
      config.daemon.instance,
      [this](const std::string& region, const Secret&) { return try_list(region); },
      wanted.send};
  const auto examination =
      std::make_shared<runtime::Examination>(std::move(parts), std::move(found.targets));
  in_progress_ = true;
  const auto spawn = [this](Task<void> task) { parts_.driver.run_beside(std::move(task)); };
  examination->start(spawn, [this, everything = wanted.everything(), done = std::move(done),
                             unusable = std::move(found.unusable)](doctor::Checks checks) {
    in_progress_ = false;
    doctor::append(checks, unusable);
    if (everything) {
      checks.push_back(check_store());
      doctor::append(checks, check_space(parts_.configuration.current()));
    }
    done(std::move(checks));
  });
  return std::nullopt;
}

/// By the engine's token and its quota: the call is one of its own.
Task<runtime::ListTrial> Doctor::try_list(std::string region) {
  const auto answer = std::make_shared<Awaited>(executor_);
  const auto keep = [answer](core::QuestionResult result) {
    answer->result = std::move(result);
    answer->done.set();
  };
  parts_.driver.ask({0, region, core::TrialList{}, kPatience}, keep);
  co_await answer->done.wait();
  runtime::ListTrial trial;
  if (!answer->result) {
    trial.failure = {doctor::ListFailure::Why::NotAsked, "the daemon is stopping"};
    co_return trial;
  }
  if (const auto* why = std::get_if<core::Unanswered>(&*answer->result)) {
    trial.failure = failure_of(*why);
  }
  for (const auto& status : parts_.driver.status().regions) {
    if (status.name == region) trial.skew = status.clock_skew;
  }
  co_return trial;
}

doctor::Check Doctor::check_store() const {
  return doctor::store_check(
      doctor::StoreState{parts_.driver.trouble(), parts_.store.is_checked()});
}

}  // namespace mactiond::daemon
