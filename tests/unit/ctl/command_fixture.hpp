#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/progress.hpp"
#include "fake_daemon.hpp"
#include "fake_pace.hpp"

namespace mactiond::ctl {

/// A command that talks to a prepared daemon, and what came of it.
class CommandTest : public testing::Test {
 protected:
  struct Result {
    int exit_code;
    std::string out;
    std::string errors;
  };

  /// run: takes a session, a pace and a progress.
  template <class Run>
  Result run(Run run) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const Session session{.socket = daemon_.path(), .json = json_};
    Progress progress(json_ ? Progress::Form::None : Progress::Form::Lines, 0, stderr);
    const int exit_code = run(session, pace_.pace(), progress);
    std::string out = testing::internal::GetCapturedStdout();
    return {exit_code, std::move(out), testing::internal::GetCapturedStderr()};
  }

  FakeDaemon daemon_;
  FakePace pace_;
  bool json_ = false;
};

}  // namespace mactiond::ctl
