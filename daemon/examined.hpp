#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "config/config.hpp"
#include "core/question/question.hpp"
#include "doctor/check.hpp"
#include "doctor/wanted.hpp"
#include "runtime/examination.hpp"

namespace mactiond::daemon {

/// Gives the access of a region; null where there is none.
using AccessOf = std::function<std::shared_ptr<runtime::RegionAccess>(const std::string& region)>;

struct ToExamine {
  std::vector<runtime::Examined> targets;
  doctor::Checks unusable{};  ///< of what cannot be reached as configured
};
/// What of the configuration is wanted. clock outlives what is returned.
[[nodiscard]] ToExamine to_examine(const config::Config& config, const doctor::Wanted& wanted,
                                   const AccessOf& access_of,
                                   const boost::asio::any_io_executor& executor,
                                   const Clock& clock);

/// Why the question TrialList has no answer.
[[nodiscard]] doctor::ListFailure failure_of(const core::Unanswered& unanswered);

}  // namespace mactiond::daemon
