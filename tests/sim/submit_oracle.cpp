#include "sim/submit_oracle.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <variant>

#include "action/submission_comment.hpp"
#include "base/iso_time.hpp"
#include "base/text.hpp"

// What is sent. What is stored and reported is in submit_oracle_rows.cpp.

namespace mactiond::sim {
namespace {

using namespace std::chrono_literals;
using State = core::SubmissionState;

constexpr std::size_t kReportedMax = 20;
/// Nothing is said to be lost before.
constexpr Duration kLostAfter = 15min;

/// What an answer may be that says for certain that nothing was made. An action in progress is
/// refused, or handed back by a success.
bool says_nothing_made(int status) {
  return status == 429 || status == 401 || status == 400 || status == 200 || status == 201;
}

}  // namespace

void SubmitOracle::complain(const Moment& now, const std::string& what) {
  if (violations_.size() >= kReportedMax) return;
  violations_.push_back("at " + format_iso_time(now.server) + ": " + what);
}

void SubmitOracle::started(bool /*rebooted*/, const Moment& /*now*/) {
  sent_.clear();
  asked_.reset();
}

void SubmitOracle::configured(const core::Options& options, const Moment& /*now*/) {
  options_ = options.submit;
}

void SubmitOracle::heard(const core::Event& event, const Moment& /*now*/) {
  asked_.reset();
  if (const auto* asked = std::get_if<core::AskSubmission>(&event)) asked_ = asked->order;
  const auto* started = std::get_if<core::ActionStarted>(&event);
  const auto found = started == nullptr ? sent_.end() : sent_.find(started->command.value);
  if (found == sent_.end()) return;
  const auto& [id, place] = found->second;
  tracks_.at(id).posts.at(place).answered = started->answer.outcome.status != 0;
}

void SubmitOracle::left(const core::Command& command, const Moment& now) {
  const auto* post = std::get_if<core::StartAction>(&command);
  if (post == nullptr) return;
  const std::string id(tagged_submission(post->comment));
  const auto found = tracks_.find(id);
  if (found == tracks_.end()) return complain(now, "a POST for no stored submission");
  Track& track = found->second;
  const core::SubmissionOrder& order = track.row.order;
  if (track.row.state != State::Sent) complain(now, id + " was sent before that was stored");
  const bool as_ordered = post->region == order.region && post->machine == order.machine &&
                          post->request == order.request &&
                          post->comment == tagged_comment(order.comment, id);
  if (!as_ordered) complain(now, id + " was not sent as it was ordered");
  check_posts_before(track, now);
  check_time(track, now);
  track.left = now.elapsed;
  check_limit(track, now);
  if (++track.posts_left > track.row.posts) complain(now, id + " was sent without an intent");
}

void SubmitOracle::check_posts_before(const Track& track, const Moment& now) {
  const std::string& id = track.row.id;
  if (std::ssize(track.posts) < track.posts_left) complain(now, id + " was sent while on its way");
  for (const Post& post : track.posts) {
    if (post.made) complain(now, id + " was sent again after its action was made");
    if (!post.answered || !says_nothing_made(post.status)) {
      complain(now, id + " was sent again after an answer that left it open");
    }
  }
}

void SubmitOracle::check_time(const Track& track, const Moment& now) {
  const std::string& id = track.row.id;
  const core::SubmitOptions& options = track.options;
  if (!options.enabled) complain(now, id + " was sent while disabled");
  if (!allows(options, track.row)) {
    complain(now, id + " was sent although its type is not allowed");
  }
  if (track.unblocked) {
    if (now.elapsed > *track.unblocked + options.send_within) {
      complain(now, id + " was sent too late after its blocker had ended");
    }
  } else if (track.waiting) {
    if (now.elapsed > *track.waiting + track.row.order.wait_blocker) {
      complain(now, id + " was sent after its wait was over");
    }
  } else if (now.elapsed > track.asked + options.send_within) {
    complain(now, id + " was sent too late");
  }
}

void SubmitOracle::check_limit(const Track& track, const Moment& now) {
  const auto sent = std::count_if(tracks_.begin(), tracks_.end(), [&](const auto& one) {
    return one.second.left && *one.second.left > now.elapsed - 1h;
  });
  if (sent > track.options.max_per_hour) complain(now, track.row.id + " was sent over the limit");
}

void SubmitOracle::arrived(const core::Command& command, bool ours, const Moment& now) {
  const auto* post = std::get_if<core::StartAction>(&command);
  if (post == nullptr) return;
  const StartPost& start = apis_.at(post->region)->starts().back();
  const std::string id(tagged_submission(start.comment));
  const auto found = tracks_.find(id);
  if (found == tracks_.end()) return complain(now, "a POST of no submission arrived");
  Track& track = found->second;
  if (start.made && made_any(track)) complain(now, id + " has two actions");
  if (start.made && track.row.state == State::Lost) {
    complain(now, id + " got an action after it was lost");
  }
  track.posts.push_back({start.made, start.status});
  if (ours) sent_[post->id.value] = {id, track.posts.size() - 1};
}

bool SubmitOracle::made_any(const Track& track) {
  return std::any_of(track.posts.begin(), track.posts.end(),
                     [](const Post& post) { return post.made.has_value(); });
}

bool SubmitOracle::allows(const core::SubmitOptions& options, const core::Submission& row) {
  const ActionType type = type_of(row.order.request);
  return std::any_of(options.types.begin(), options.types.end(),
                     [&](const std::string& name) { return iequals(name, type.text()); });
}

const Entity* SubmitOracle::truth(const std::string& region, const ActionId& action) const {
  const auto api = apis_.find(region);
  if (api == apis_.end()) return nullptr;
  const Version* version = api->second->model().current(action);
  return version == nullptr ? nullptr : &version->entity();
}

int SubmitOracle::counted(const Moment& now) const {
  return static_cast<int>(std::count_if(tracks_.begin(), tracks_.end(), [&](const auto& one) {
    const Track& track = one.second;
    const bool unsent = track.row.state == State::Queued || track.row.state == State::Waiting;
    return unsent || (track.left && *track.left > now.elapsed - 1h);
  }));
}

int SubmitOracle::started() const {
  return static_cast<int>(std::count_if(tracks_.begin(), tracks_.end(), [](const auto& one) {
    return !one.second.row.action.value.empty();
  }));
}

int SubmitOracle::unanswered() const {
  int posts = 0;
  for (const auto& [id, track] : tracks_) {
    posts += static_cast<int>(std::count_if(track.posts.begin(), track.posts.end(),
                                            [](const Post& post) { return !post.answered; }));
  }
  return posts;
}

void SubmitOracle::check_end(const Track& track, const Moment& now) {
  const core::Submission& row = track.row;
  const std::string& id = row.id;
  const bool sent_nothing =
      row.state == State::Refused || row.state == State::Lost || row.state == State::Expired;
  if (sent_nothing && made_any(track)) complain(now, id + " has an action and ended without one");
  if (sent_nothing && row.reason.empty()) complain(now, id + " ended without a reason");
  if (row.state == State::Lost && now.elapsed < track.intended + kLostAfter) {
    complain(now, id + " was given up within 15 minutes");
  }
  if (row.state == State::Expired && track.asked > calm_from_) {
    complain(now, id + " expired in a calm: " + row.reason);
  }
  if (row.blocked_by.value.empty()) return;
  const Entity* blocker = truth(row.order.region, row.blocked_by);
  if (blocker == nullptr || !iequals(blocker->machine_id, row.order.machine)) {
    complain(now, id + " is said to be blocked by an action of another machine");
  }
}

void SubmitOracle::check_links(const Moment& now) {
  std::map<std::pair<std::string, std::string>, std::string> owners;
  for (const auto& [id, track] : tracks_) {
    const ActionId& action = track.row.action;
    if (action.value.empty()) continue;
    const auto [owner, is_new] =
        owners.emplace(std::pair(track.row.order.region, action.value), id);
    if (!is_new) complain(now, id + " and " + owner->second + " have one action");
  }
  for (const auto& [region, api] : apis_) {
    for (const StartPost& start : api->starts()) {
      if (!start.made) continue;
      const auto owner = owners.find({region, start.made->value});
      const std::string id(tagged_submission(start.comment));
      if (owner == owners.end() || owner->second != id) {
        complain(now, "the action " + start.made->value + " is not that of " + id);
      }
    }
  }
}

std::vector<std::string> SubmitOracle::finish(const std::map<std::string, core::Submission>& stored,
                                              const Moment& now) {
  for (const auto& [id, track] : tracks_) {
    if (!is_final(track.row.state)) {
      complain(now, id + " has not ended: " + std::string(to_string(track.row.state)) + ' ' +
                        track.row.reason);
    }
    const auto row = stored.find(id);
    if (row == stored.end() || !(row->second == track.row)) {
      complain(now, id + " is not in the store as it was committed");
    }
  }
  if (stored.size() != tracks_.size()) complain(now, "the store has other submissions");
  check_links(now);
  return std::move(violations_);
}

}  // namespace mactiond::sim
