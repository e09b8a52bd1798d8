#include "explainer.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <cstddef>
#include <exception>
#include <system_error>
#include <utility>

#include "base/exception_text.hpp"

namespace mactiond::daemon {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kMatchAtMost = std::chrono::seconds(10);

std::string too_long(std::size_t patterns, const std::vector<core::OpenActions>& actions) {
  std::size_t open = 0;
  for (const core::OpenActions& region : actions) open += region.actions.size();
  return "to match " + std::to_string(open) + " open actions against " + std::to_string(patterns) +
         " patterns takes more than " + std::to_string(kMatchAtMost.count()) +
         " s: give the policies fewer patterns";
}

}  // namespace

Explainer::Explainer(boost::asio::any_io_executor executor, config::Environment environment,
                     ToOptions to_options)
    : executor_(std::move(executor)),
      environment_(std::move(environment)),
      to_options_(std::move(to_options)) {
  environment_.opens_files = false;
}

Explainer::~Explainer() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void Explainer::begin(std::string text, std::string name, std::vector<core::OpenActions> actions,
                      std::function<void(const Outcome&)> done) {
  auto body = [this, done, text = std::move(text), name = std::move(name),
               actions = std::move(actions)] {
    Outcome outcome;
    try {
      outcome = work(text, name, actions);
    } catch (...) {
      outcome = std::vector<std::string>{exception_text(std::current_exception())};
    }
    if (stopping_) return;
    boost::asio::post(executor_, [this, done, outcome = std::move(outcome)] {
      thread_.join();
      done(outcome);
    });
  };
  try {
    thread_ = std::thread(std::move(body));
  } catch (const std::system_error& failure) {
    done(std::vector<std::string>{std::string("no thread to read it: ") + failure.what()});
  }
}

Explainer::Outcome Explainer::work(const std::string& text, const std::string& name,
                                   const std::vector<core::OpenActions>& actions) const {
  const auto loaded = config::load_text(text, name, environment_);
  if (!loaded.ok()) return loaded.errors();
  return try_out(loaded.config, actions);
}

Explainer::Outcome Explainer::try_out(const config::Config& config,
                                      const std::vector<core::OpenActions>& actions) const {
  const auto trial = std::make_shared<core::PolicyTrial>(to_options_(config));
  const auto end = SteadyClock::now() + kMatchAtMost;
  const auto keep_going = [&] { return !stopping_ && SteadyClock::now() < end; };
  if (trial->match(actions, keep_going)) return trial;
  return std::vector<std::string>{too_long(trial->pattern_count(), actions)};
}

}  // namespace mactiond::daemon
