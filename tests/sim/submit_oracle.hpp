#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/submission.hpp"
#include "core/submit/submit_options.hpp"
#include "sim/api_model.hpp"
#include "sim/watcher.hpp"

namespace mactiond::sim {

/// Watches a world step by step and holds every submission against what was promised, by true times
/// and by what the API really made.
///
/// - A submission is made by an operator's request alone, and its answer is as the options, the
///   limit and the keys have it.
/// - Its POST leaves once its intent is stored, in time, within the limit, while submitting is
///   enabled and its type allowed; again only if the answer to the one before said that nothing was
///   made. So none has two actions.
/// - Each takes only steps that are documented, ends exactly once, and as the truth has it: lost,
///   refused and expired ones have no action with their tag, and no two share one.
/// - A blocker is cancelled only for a submission that wants it, on the same machine.
/// - Each report is one event, in the step of its row, and says the same.
class SubmitOracle final : public Watcher {
 public:
  using Apis = std::map<std::string, std::unique_ptr<ApiModel>>;
  /// apis outlive it.
  explicit SubmitOracle(const Apis& apis) : apis_(apis) {}

  void started(bool rebooted, const Moment& now) override;
  void configured(const core::Options& options, const Moment& now) override;
  void heard(const core::Event& event, const Moment& now) override;
  void stepped(const core::Step& step, const Moment& now) override;
  void left(const core::Command& command, const Moment& now) override;
  void arrived(const core::Command& command, bool ours, const Moment& now) override;

  /// What is asked for from then on meets no trouble.
  void calm_from(Duration elapsed) { calm_from_ = elapsed; }
  /// Everything must have ended. stored: what the store has, by id.
  [[nodiscard]] std::vector<std::string> finish(
      const std::map<std::string, core::Submission>& stored, const Moment& now);
  /// How many submissions have an action.
  [[nodiscard]] int started() const;
  /// How many POSTs were sent whose answers never came.
  [[nodiscard]] int unanswered() const;

 private:
  /// One POST that reached the API.
  struct Post {
    std::optional<ActionId> made;
    int status = 0;
    bool answered = false;  ///< the engine heard the answer
  };
  struct Track {
    core::Submission row;         ///< as it was committed last
    core::SubmitOptions options;  ///< in force when its last POST was intended
    Duration asked{};
    std::optional<Duration> waiting;
    std::optional<Duration> unblocked;
    Duration intended{};           ///< its last POST, whether it left then or not
    std::optional<Duration> left;  ///< its last POST
    int posts_left = 0;
    std::vector<Post> posts;
  };

  void complain(const Moment& now, const std::string& what);
  void check_reply(const core::Step& step, const Moment& now);
  void check_new_answer(const core::Step& step, const core::SubmissionOrder& order,
                        const Moment& now);
  void made(const core::Submission& row, const Moment& now);
  void changed(Track& track, const core::Submission& row, const Moment& now);
  void check_state(const Track& track, const Moment& now);
  void check_end(const Track& track, const Moment& now);
  void check_events(const core::Step& step, const Moment& now);
  void check_event(const core::EventRecord& event, const core::Submission& row, const Moment& now);
  void check_cancel(const core::Decision& decision, const Moment& now);
  void check_time(const Track& track, const Moment& now);
  void check_limit(const Track& track, const Moment& now);
  void check_posts_before(const Track& track, const Moment& now);
  void check_links(const Moment& now);
  /// How many submissions may yet send, or sent within the last hour.
  [[nodiscard]] int counted(const Moment& now) const;
  /// What the API really has; nullptr if there is no such action.
  [[nodiscard]] const Entity* truth(const std::string& region, const ActionId& action) const;
  [[nodiscard]] static bool made_any(const Track& track);
  [[nodiscard]] static bool allows(const core::SubmitOptions& options, const core::Submission& row);

  const Apis& apis_;
  core::SubmitOptions options_;
  std::map<std::string, Track> tracks_;
  std::map<std::string, std::string> keys_;  ///< submissions by key
  std::optional<core::SubmissionOrder> asked_;
  /// Rows of this step, in order, whose state is reported.
  std::vector<core::Submission> news_;
  /// Of this engine's POSTs, by command: submission, and place among its posts.
  std::map<std::uint64_t, std::pair<std::string, std::size_t>> sent_;
  Duration calm_from_ = Duration::max();
  std::vector<std::string> violations_;
};

}  // namespace mactiond::sim
