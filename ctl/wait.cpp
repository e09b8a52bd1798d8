#include "wait.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <variant>

#include "json/object.hpp"
#include "outage.hpp"
#include "text.hpp"

namespace mactiond::ctl {
namespace {

using namespace std::chrono_literals;

constexpr Duration kHoldMax = 30s;
constexpr Duration kBetweenAttempts = 1s;
/// Between requests that the daemon answers at once.
constexpr Duration kWhereCrowded = 2s;
constexpr int kUnavailable = 503;
/// Longer than anybody waits.
constexpr Duration kEver = 24h * 3650;
/// What an answer may take beside the time for which it is held back.
constexpr std::chrono::seconds kAnswerTime = 10s;

class Waiter {
 public:
  Waiter(const Session& session, const Pace& pace, Progress& progress, const Awaited& what)
      : session_(session),
        pace_(pace),
        what_(what),
        outage_([&progress](const std::string& message) { progress.message(message); }) {}

  Waited run() {
    for (;;) {
      const MonoTime begun = pace_.now().mono;
      if (auto end = look()) return *std::move(end);
      const MonoTime now = pace_.now().mono;
      if (what_.until && now >= *what_.until) return {.in_contact = in_contact_};
      const Duration least = pause();
      const Duration rest = std::min(begun + least - now, left(now));
      if (rest > Duration{}) pace_.pause(rest);
    }
  }

 private:
  [[nodiscard]] Duration left(MonoTime now) const {
    return what_.until ? std::clamp(*what_.until - now, Duration{}, kEver) : kEver;
  }

  // Whole seconds, at least one.
  static std::chrono::seconds rounded_up(Duration length) {
    return std::max(std::chrono::ceil<std::chrono::seconds>(length), 1s);
  }

  std::optional<Waited> look() {
    const Duration rest = left(pace_.now().mono);
    // The first answer after a silence is wanted at once.
    const bool may_hold = knows_state_ && !is_crowded_;
    const Duration hold = may_hold ? std::min(kHoldMax, rest) : Duration{};
    Question question = what_.ask(hold);
    question.patience = rounded_up(std::min<Duration>(hold + kAnswerTime, rest + 1s));
    question.each_second = what_.each_second;
    const auto result = ask(session_.socket, question);
    if (const auto* failure = std::get_if<Failure>(&result)) {
      lose_contact(failure->message);
      return std::nullopt;
    }
    const auto& answer = std::get<Answer>(result);
    // As many requests wait as the daemon allows; what would not wait is answered.
    if (answer.status == kUnavailable && may_hold) {
      is_crowded_ = true;
      return std::nullopt;
    }
    // A daemon that starts or stops may say 503.
    if (answer.status >= 500) {
      lose_contact(format_problem(answer.status, answer.body));
      return std::nullopt;
    }
    if (answer.status != 200) return Waited{.refusal = answer};
    const auto object = parse_object(answer.body);
    if (!object) {
      lose_contact(kForeign);
      return std::nullopt;
    }
    in_contact_ = true;
    knows_state_ = true;
    outage_.end("continuing to wait");
    if (what_.take(*object)) return Waited{.ended = true};
    return std::nullopt;
  }

  [[nodiscard]] Duration pause() const {
    if (!in_contact_) return kBetweenAttempts;
    return is_crowded_ ? std::max(what_.least, kWhereCrowded) : what_.least;
  }

  void lose_contact(const std::string& why) {
    in_contact_ = false;
    knows_state_ = false;
    outage_.begin(why);
  }

  const Session& session_;
  const Pace& pace_;
  const Awaited& what_;
  Outage outage_;
  bool in_contact_ = true;
  bool knows_state_ = false;
  bool is_crowded_ = false;
};

}  // namespace

std::optional<MonoTime> end_of_wait(const Pace& pace, std::optional<Duration> length) {
  if (!length) return std::nullopt;
  return pace.now().mono + *length;
}

Waited wait_for(const Session& session, const Pace& pace, Progress& progress, const Awaited& what) {
  return Waiter(session, pace, progress, what).run();
}

}  // namespace mactiond::ctl
