#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <string>
#include <variant>

#include "client.hpp"
#include "commands.hpp"
#include "pace.hpp"
#include "progress.hpp"

namespace mactiond::ctl {

/// A daemon that stops has 10 s for it, and then needs some to start.
inline constexpr Duration kTryFor = std::chrono::seconds(30);

struct PostOrder {
  boost::json::object body;
  std::string key;         ///< Idempotency-Key
  bool was_there = false;  ///< the daemon answered before: if it does not now, it is waited for
  Duration try_for = kTryFor;
};

/// POST /v1/submissions, repeated under its key for as long as no answer comes, or one says that
/// the daemon cannot answer now: it may be restarting, and the key makes that no second submission.
[[nodiscard]] std::variant<Answer, Failure> post_submission(const Session& session,
                                                            const Pace& pace, Progress& progress,
                                                            const PostOrder& order);

}  // namespace mactiond::ctl
