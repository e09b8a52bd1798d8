#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "text.hpp"

namespace mactiond::ctl {

/// What every command needs.
struct Session {
  std::string socket = "/run/mactiond/admin.sock";
  bool json = false;
  Style style{};
};

struct ListChoice {
  bool open = false;
  bool all = false;
  // Each may hold several words between commas.
  std::vector<std::string> regions;
  std::vector<std::string> types;
  std::vector<std::string> statuses;
  int limit = 1000;
};

// Each does one thing and returns the exit code: 0 done, 1 refused, 69 no daemon. What was asked
// for is on stdout then, what went wrong on stderr.

[[nodiscard]] int show_status(const Session& session);
[[nodiscard]] int list_actions(const Session& session, const ListChoice& choice);
[[nodiscard]] int show_action(const Session& session, const std::string& id,
                              const std::string& region);
/// Until the process is interrupted; over restarts of a daemon that was there at first, without a
/// gap. after empty: from now on.
[[nodiscard]] int watch(const Session& session, const std::string& after);
/// config empty: by the policies in force.
[[nodiscard]] int explain(const Session& session, const std::string& config);
/// A new token and a poll, as soon as the API and the quota allow.
[[nodiscard]] int retry_region(const Session& session, const std::string& region);
[[nodiscard]] int list_webhooks(const Session& session);
/// 0 if the receiver took the test event, 1 if not.
[[nodiscard]] int test_webhook(const Session& session, const std::string& webhook);
[[nodiscard]] int list_dead_letters(const Session& session, const std::string& webhook);
[[nodiscard]] int show_dead_letter(const Session& session, const std::string& webhook,
                                   const std::string& seq);
struct LetterChoice {
  std::string webhook;
  std::vector<std::uint64_t> seqs;  ///< none: all of the webhook
  std::string from;
  std::string until;
};
/// verb: replay or purge. Page after page, until all are done.
[[nodiscard]] int handle_dead_letters(const Session& session, const std::string& verb,
                                      const LetterChoice& choice);
/// POST with nothing to say beside the path; says done where it is done.
[[nodiscard]] int perform(const Session& session, const std::string& target,
                          const std::string& done);

}  // namespace mactiond::ctl
