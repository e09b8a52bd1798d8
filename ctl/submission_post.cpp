#include "submission_post.hpp"

#include <boost/json/serialize.hpp>
#include <chrono>
#include <utility>

#include "json/object.hpp"
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

std::string guard_in(const Answer& answer) {
  return std::string(text_in(object_or_empty(answer.body), "guard"));
}

bool wants_no_key(const std::variant<Answer, Failure>& result) {
  const auto* answer = std::get_if<Answer>(&result);
  return answer != nullptr && guard_in(*answer) == "store_recovered";
}

// Of one that does not count: a daemon that names no guard may carry the order out later.
bool may_accept(const std::variant<Answer, Failure>& result) {
  if (const auto* failure = std::get_if<Failure>(&result)) return failure->begun;
  return guard_in(std::get<Answer>(result)).empty();
}

}  // namespace

Posted post_submission(const Session& session, const Pace& pace, Progress& progress,
                       const PostOrder& order) {
  Question question{.target = "/v1/submissions",
                    .method = "POST",
                    .body = boost::json::serialize(order.body),
                    .patience = kPatience,
                    .headers = {{"Idempotency-Key", order.key}}};
  Outage outage([&](const std::string& message) { progress.message(message); });
  const MonoTime last = pace.now().mono + order.persistence.try_for;
  bool begun = false;
  bool in_doubt = false;
  for (;;) {
    auto result = ask(session.socket, question);
    const std::string why = why_no_answer(result);
    if (why.empty()) {
      outage.end("the daemon has answered");
      if (begun || !order.is_random_key || !wants_no_key(result)) return {std::move(result)};
      question.headers.clear();
      auto last_result = ask(session.socket, question);
      const bool unknown = !why_no_answer(last_result).empty() && may_accept(last_result);
      return {std::move(last_result), false, unknown};
    }
    auto* failure = std::get_if<Failure>(&result);
    begun = begun || failure == nullptr || failure->begun;
    in_doubt = in_doubt || may_accept(result);
    const bool try_again = (begun || order.persistence.was_there) && pace.now().mono < last;
    if (!try_again) {
      if (failure != nullptr) failure->begun = in_doubt;
      return {std::move(result), true, in_doubt};
    }
    outage.begin(why);
    pace.pause(kBetweenAttempts);
  }
}

}  // namespace mactiond::ctl
