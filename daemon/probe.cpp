#include "probe.hpp"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "access.hpp"
#include "app.hpp"
#include "base/exit_code.hpp"
#include "base/suggestion.hpp"
#include "base/system_clock.hpp"
#include "configuration.hpp"
#include "core/quota/token_bucket.hpp"
#include "counted_calls.hpp"
#include "disk_space.hpp"
#include "doctor/store_checks.hpp"
#include "engine_options.hpp"
#include "examined.hpp"
#include "ops/metrics.hpp"
#include "runtime/command_runner.hpp"
#include "runtime/examination.hpp"
#include "runtime/task_group.hpp"

namespace mactiond::daemon {
namespace {

constexpr Duration kListWithin = std::chrono::seconds(30);

/// One examination without a daemon.
class Probe {
 public:
  Probe(const config::Config& config, runtime::Accesses accesses, Result<CountedCalls> calls)
      : config_(config),
        counted_(std::move(calls)),
        accesses_(accesses),
        metrics_(MACTIOND_VERSION, region_names(config), webhook_names(config), config.policies),
        runner_(clock_, std::move(accesses), metrics_,
                [this](core::Event event) { take(std::move(event)); }) {}

  [[nodiscard]] doctor::Checks run(const doctor::Wanted& wanted, boost::asio::io_context& context);

 private:
  void take(core::Event event);
  [[nodiscard]] Task<runtime::ListTrial> try_list(std::string region, Secret token);
  [[nodiscard]] std::optional<doctor::ListFailure> take_call(const std::string& region);
  [[nodiscard]] doctor::Check check_store() const;

  const config::Config& config_;
  SystemClock clock_;
  Result<CountedCalls> counted_;
  runtime::Accesses accesses_;
  ops::Metrics metrics_;
  runtime::CommandRunner runner_;
  std::uint64_t last_command_ = 0;
  std::map<std::uint64_t, core::QuestionAnswered> answers_;  ///< by command
};

void Probe::take(core::Event event) {
  auto* answered = std::get_if<core::QuestionAnswered>(&event);
  if (answered == nullptr) return;
  const std::uint64_t command = answered->command.value;
  answers_.insert_or_assign(command, std::move(*answered));
}

std::optional<doctor::ListFailure> Probe::take_call(const std::string& region) {
  if (!counted_) {
    return doctor::ListFailure{doctor::ListFailure::Why::NotAsked,
                               "without a store calls cannot be counted"};
  }
  for (const core::RegionOptions& options : engine_options(config_).regions) {
    if (options.name == region) return counted_->take(options, clock_.now());
  }
  return std::nullopt;
}

Task<runtime::ListTrial> Probe::try_list(std::string region, Secret token) {
  runtime::ListTrial trial;
  trial.failure = take_call(region);
  if (trial.failure) co_return trial;
  const Now now = clock_.now();
  const core::CommandId id{++last_command_};
  core::AskApi command{id,
                       region,
                       core::TrialList{},
                       std::move(token),
                       now.mono + kListWithin,
                       now.mono + core::kSendWithin};
  auto call = runner_.calls.run(std::move(command));
  co_await std::move(call);
  const core::QuestionAnswered& answer = answers_.at(id.value);
  if (answer.server_date) trial.skew = *answer.server_date - clock_.now().wall;
  const Outcome& outcome = answer.outcome;
  if (outcome.ok()) co_return trial;
  const bool refused = outcome.verdict != Verdict::Retry;
  const bool has_detail = outcome.status != 0 && !outcome.detail.empty();
  trial.failure = doctor::ListFailure{
      refused ? doctor::ListFailure::Why::Refused : doctor::ListFailure::Why::Failed,
      has_detail ? outcome.detail : describe(outcome)};
  co_return trial;
}

doctor::Check Probe::check_store() const {
  if (!counted_) return doctor::store_check(counted_.error());
  return doctor::store_check(doctor::StoreState{std::nullopt, counted_->store().is_checked()});
}

doctor::Checks Probe::run(const doctor::Wanted& wanted, boost::asio::io_context& context) {
  const auto access_of = [this](const std::string& region) { return accesses_.regions.at(region); };
  const auto executor = context.get_executor();
  ToExamine found = to_examine(config_, wanted, access_of, executor, clock_);
  runtime::Examination::Parts parts{
      executor,
      clock_,
      runner_.deliveries,
      config_.daemon.instance,
      [this](const std::string& region, const Secret& token) { return try_list(region, token); },
      wanted.send};
  runtime::TaskGroup group(
      executor, [](const std::exception_ptr& failure) { std::rethrow_exception(failure); }, [] {});
  doctor::Checks checks;
  const auto examination =
      std::make_shared<runtime::Examination>(std::move(parts), std::move(found.targets));
  examination->start([&group](Task<void> task) { group.spawn(std::move(task)); },
                     [&checks](doctor::Checks all) { checks = std::move(all); });
  while (!group.empty() && context.run_one() > 0) {
  }
  doctor::append(checks, std::move(found.unusable));
  if (wanted.everything()) {
    checks.push_back(check_store());
    doctor::append(checks, check_space(config_));
  }
  return checks;
}

// What is wrong with a name that was asked for; empty if nothing is.
std::string wrong_name(const std::string& option, const std::string& name,
                       const std::vector<std::string>& known) {
  if (name.empty() || std::find(known.begin(), known.end(), name) != known.end()) return {};
  std::string text = option + ' ' + name + " is not configured";
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  if (const auto guess = closest(name, candidates); !guess.empty()) {
    text += "; did you mean " + std::string(guess) + '?';
  }
  return text;
}

bool colours() {
  const char* no_colour = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) != 0 && (no_colour == nullptr || *no_colour == '\0');
}

}  // namespace

int probe(config::LoadResult loaded, const config::Environment& environment,
          const ProbeOptions& options) {
  const auto& wanted = options.wanted;
  for (const auto& wrong :
       {wrong_name("--region", wanted.region, region_names(loaded.config)),
        wrong_name("--webhook", wanted.webhook, webhook_names(loaded.config))}) {
    if (wrong.empty()) continue;
    std::fprintf(stderr, "mactiond: %s\n", wrong.c_str());
    return kExitUsage;
  }
  std::signal(SIGPIPE, SIG_IGN);
  boost::asio::io_context context{1};
  const SystemClock clock;
  AccessBuilder builder(context.get_executor(), clock, environment);
  auto built = builder.build(loaded.config);
  if (const auto* mistakes = std::get_if<std::vector<AccessMistake>>(&built)) {
    loaded.problems.clear();
    add_mistakes(*mistakes, loaded);
    print_problems(loaded.problems);
    return kExitConfig;
  }
  auto calls = CountedCalls::open(loaded.config);
  if (!calls && calls.error().code == Errc::StoreInUse) {
    std::fprintf(stderr, "mactiond: %s: ask it with mactionctl doctor\n",
                 calls.error().message().c_str());
    return kExitUnavailable;
  }
  Probe probe(loaded.config, std::get<runtime::Accesses>(std::move(built)), std::move(calls));
  const doctor::Checks checks = probe.run(wanted, context);
  const std::string text =
      options.json ? doctor::to_json(checks) + '\n' : doctor::format(checks, colours());
  if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) return kExitIo;
  return doctor::all_ok(checks) ? kExitDone : kExitRefused;
}

}  // namespace mactiond::daemon
