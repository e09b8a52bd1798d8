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

/// How long the daemon is asked again.
struct Persistence {
  bool was_there = false;  ///< it answered before: if it does not now, it is waited for
  Duration try_for = kTryFor;
};

struct PostOrder {
  boost::json::object body;
  std::string key;             ///< Idempotency-Key
  bool is_random_key = false;  ///< nobody used the key before
  Persistence persistence{};
};

struct Posted {
  std::variant<Answer, Failure> result;
  bool with_key = true;   ///< the same key makes no second submission
  bool in_doubt = false;  ///< the daemon may accept the order, or have accepted it
};

/// POST /v1/submissions, repeated under its key for as long as no answer comes, or one says that
/// the daemon cannot answer now: it may be restarting, and the key makes that no second submission.
/// For an hour after a recovery of its store the daemon accepts no key: an order whose key is new
/// is posted once without it.
[[nodiscard]] Posted post_submission(const Session& session, const Pace& pace, Progress& progress,
                                     const PostOrder& order);

}  // namespace mactiond::ctl
