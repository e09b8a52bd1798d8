#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "action/action_request.hpp"
#include "time_flag.hpp"

namespace mactiond::ctl {

/// What was given for one of the commands that start an action.
struct SubmitChoice {
  ActionRequest request{};
  std::string machine{};
  std::string alert{};
  std::string machines_file{};
  std::string comment{};
  std::string region{};
  std::string key{};
  TimeFlag wait{"--wait"};
  TimeFlag after_blocker{"--after-blocker"};
  bool cancel_blocker = false;
  bool yes = false;  ///< what cannot be undone is meant
};

/// What is wrong with it, in a sentence that says what to do; nothing if it may be sent. The file
/// of machines is not looked into.
[[nodiscard]] std::optional<std::string> mistake_in(const SubmitChoice& choice);

/// The body of POST /v1/submissions for one machine; machine empty: for the alert's. by: who asks,
/// not verified; may be empty.
[[nodiscard]] boost::json::object submission_body(const SubmitChoice& choice,
                                                  const std::string& machine,
                                                  const std::string& by);

}  // namespace mactiond::ctl
