#include "configuration.hpp"

#include <utility>
#include <variant>

#include "base/system_clock.hpp"
#include "engine_options.hpp"
#include "ops/log.hpp"
#include "ops/systemd.hpp"
#include "restart_needed.hpp"

namespace mactiond::daemon {
namespace {

using Level = core::LogEntry::Level;

void log_warnings(const std::vector<config::Problem>& problems) {
  for (const config::Problem& problem : problems) {
    if (!problem.warning) continue;
    ops::log(Level::Warning, "configuration_warning", {{"warning", problem.text()}});
  }
}

}  // namespace

std::vector<std::string> region_names(const config::Config& config) {
  std::vector<std::string> names;
  for (const auto& region : config.regions) names.push_back(region.core.name);
  return names;
}

std::vector<std::string> webhook_names(const config::Config& config) {
  std::vector<std::string> names;
  for (const auto& webhook : config.webhooks) names.push_back(webhook.core.name);
  return names;
}

std::optional<runtime::Accesses> Configuration::accesses(config::LoadResult& loaded) {
  auto built = builder_.build(loaded.config);
  if (auto* accesses = std::get_if<runtime::Accesses>(&built)) {
    builder_.take_certificate_ends(loaded.config);
    return std::move(*accesses);
  }
  add_mistakes(std::get<std::vector<AccessMistake>>(built), loaded);
  return std::nullopt;
}

std::vector<std::string> Configuration::reload(const core::Operator& by, Running running) {
  ops::notify_reloading();
  config::Environment environment = environment_;
  environment.now = SystemClock().now().wall;
  auto loaded = config::load_file(path_, environment);
  log_warnings(loaded.problems);
  std::vector<std::string> problems = loaded.errors();
  if (problems.empty()) problems = take_over(std::move(loaded), running);
  for (const std::string& problem : problems) {
    ops::log(Level::Error, "reload_refused", core::with_operator({{"error", problem}}, by));
  }
  if (problems.empty()) {
    ops::log(Level::Info, "reloaded", core::with_operator({{"file", path_}}, by));
  }
  running.metrics.config_loaded(problems.empty());
  ops::notify_ready(ops::status_line(running.driver.status()));
  return problems;
}

std::vector<std::string> Configuration::take_over(config::LoadResult loaded, Running running) {
  std::vector<std::string> problems = restart_needed(config_, loaded.config);
  if (!problems.empty()) return problems;
  auto reached = accesses(loaded);
  if (!reached) return loaded.errors();
  const auto go_over = [&] { running.runner.set_accesses(std::move(*reached)); };
  const auto changed = running.driver.reconfigure(engine_options(loaded.config), go_over);
  if (!changed) return {changed.error().message()};
  config_ = std::move(loaded.config);
  running.metrics.follow(region_names(config_), webhook_names(config_), config_.policies);
  running.metrics.follow(config_.submit);
  return {};
}

}  // namespace mactiond::daemon
