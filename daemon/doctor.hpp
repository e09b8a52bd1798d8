#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <optional>
#include <string>

#include "configuration.hpp"
#include "doctor/check.hpp"
#include "doctor/wanted.hpp"
#include "runtime/command_runner.hpp"
#include "runtime/driver.hpp"
#include "runtime/examination.hpp"
#include "store/store.hpp"

namespace mactiond::daemon {

/// Examines, for operators, what the running daemon reaches. One examination at a time.
class Doctor {
 public:
  /// Everything referred to outlives it.
  struct Parts {
    const Clock& clock;
    const Configuration& configuration;
    store::Store& store;
    runtime::Driver& driver;
    runtime::CommandRunner& runner;
  };
  Doctor(boost::asio::any_io_executor executor, Parts parts)
      : executor_(std::move(executor)), parts_(parts) {}

  /// Calls done when everything was looked at. Or why not now; done is not called then.
  [[nodiscard]] std::optional<std::string> examine(const doctor::Wanted& wanted,
                                                   std::function<void(doctor::Checks)> done);

 private:
  [[nodiscard]] Task<runtime::ListTrial> try_list(std::string region);
  [[nodiscard]] doctor::Check check_store() const;

  boost::asio::any_io_executor executor_;
  Parts parts_;
  bool in_progress_ = false;
};

}  // namespace mactiond::daemon
