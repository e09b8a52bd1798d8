#include "submission_post.hpp"

#include <boost/json/serialize.hpp>
#include <chrono>

#include "outage.hpp"
#include "text.hpp"

namespace mactiond::ctl {
namespace {

using namespace std::chrono_literals;

constexpr Duration kBetweenAttempts = 1s;
/// The name of a machine may have to be looked up in the API first.
constexpr std::chrono::seconds kPatience = 90s;

constexpr int kUnavailable = 503;

// Empty for an answer that counts.
std::string why_no_answer(const std::variant<Answer, Failure>& result) {
  if (const auto* failure = std::get_if<Failure>(&result)) return failure->message;
  const auto& answer = std::get<Answer>(result);
  return answer.status == kUnavailable ? format_problem(answer.status, answer.body) : std::string();
}

}  // namespace

std::variant<Answer, Failure> post_submission(const Session& session, const Pace& pace,
                                              Progress& progress, const PostOrder& order) {
  const Question question{.target = "/v1/submissions",
                          .method = "POST",
                          .body = boost::json::serialize(order.body),
                          .patience = kPatience,
                          .headers = {{"Idempotency-Key", order.key}}};
  Outage outage([&](const std::string& message) { progress.message(message); });
  const MonoTime last = pace.now().mono + order.try_for;
  bool begun = false;
  for (;;) {
    auto result = ask(session.socket, question);
    const std::string why = why_no_answer(result);
    if (why.empty()) {
      outage.end("the daemon has answered");
      return result;
    }
    auto* failure = std::get_if<Failure>(&result);
    begun = begun || failure == nullptr || failure->begun;
    const bool try_again = (begun || order.was_there) && pace.now().mono < last;
    if (!try_again) {
      if (failure != nullptr) failure->begun = begun;
      return result;
    }
    outage.begin(why);
    pace.pause(kBetweenAttempts);
  }
}

}  // namespace mactiond::ctl
