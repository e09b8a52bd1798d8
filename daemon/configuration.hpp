#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <optional>
#include <string>
#include <vector>

#include "access.hpp"
#include "config/config.hpp"
#include "config/loader.hpp"
#include "event/operator.hpp"
#include "ops/metrics.hpp"
#include "runtime/command_runner.hpp"
#include "runtime/driver.hpp"

namespace mactiond::daemon {

[[nodiscard]] std::vector<std::string> region_names(const config::Config& config);
[[nodiscard]] std::vector<std::string> webhook_names(const config::Config& config);

/// The configuration in force, and how another replaces it while the daemon runs.
class Configuration {
 public:
  /// path: where config came from. clock and environment outlive it.
  Configuration(config::Config config, std::string path, const config::Environment& environment,
                AccessBuilder builder)
      : config_(std::move(config)),
        path_(std::move(path)),
        environment_(environment),
        builder_(std::move(builder)) {}

  /// The reference stays good over a reload.
  [[nodiscard]] const config::Config& current() const { return config_; }
  [[nodiscard]] const config::Environment& environment() const { return environment_; }

  /// How everything configured is reached; nothing if it cannot be. What is wrong is added to
  /// loaded, which the configuration came from, and so is when each certificate ends.
  [[nodiscard]] std::optional<runtime::Accesses> accesses(config::LoadResult& loaded);

  /// The configuration of the start, completed by accesses().
  void put(config::Config config) { config_ = std::move(config); }

  /// What runs by the configuration.
  struct Running {
    runtime::Driver& driver;
    runtime::CommandRunner& runner;
    ops::Metrics& metrics;
  };
  /// Reads the file again. All that is wrong with it; empty: it is in force now.
  /// by: nobody after a signal.
  [[nodiscard]] std::vector<std::string> reload(const core::Operator& by, Running running);

 private:
  [[nodiscard]] std::vector<std::string> take_over(config::LoadResult loaded, Running running);

  config::Config config_;
  std::string path_;
  const config::Environment& environment_;
  AccessBuilder builder_;
};

}  // namespace mactiond::daemon
