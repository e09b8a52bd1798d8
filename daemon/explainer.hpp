#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "config/config.hpp"
#include "config/loader.hpp"
#include "core/cancel/policy_trial.hpp"
#include "core/options.hpp"

namespace mactiond::daemon {

/// Reads a configuration that is not in force and matches its policies against the open actions.
/// Both may take long, so they have a thread of their own and some seconds at most. One at a time.
/// Opens no file that the configuration names: whoever asks may not be allowed to know about it.
class Explainer {
 public:
  /// The trial, or why there is none, error by error.
  using Outcome = std::variant<std::shared_ptr<const core::PolicyTrial>, std::vector<std::string>>;
  using ToOptions = std::function<core::Options(const config::Config&)>;

  Explainer(boost::asio::any_io_executor executor, config::Environment environment,
            ToOptions to_options);
  Explainer(const Explainer&) = delete;
  Explainer& operator=(const Explainer&) = delete;
  /// Waits until the thread has noticed, which takes no longer than to read a configuration.
  ~Explainer();

  [[nodiscard]] bool busy() const { return thread_.joinable(); }
  /// Only while it is not busy. done is called on the executor, unless the explainer goes first.
  void begin(std::string text, std::string name, std::vector<core::OpenActions> actions,
             std::function<void(const Outcome&)> done);

 private:
  [[nodiscard]] Outcome work(const std::string& text, const std::string& name,
                             const std::vector<core::OpenActions>& actions) const;
  [[nodiscard]] Outcome try_out(const config::Config& config,
                                const std::vector<core::OpenActions>& actions) const;

  boost::asio::any_io_executor executor_;
  config::Environment environment_;
  ToOptions to_options_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace mactiond::daemon
