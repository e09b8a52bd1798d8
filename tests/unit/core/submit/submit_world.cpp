#include "submit_world.hpp"

#include <algorithm>
#include <utility>

#include "core/submit/submit_desk.hpp"
#include "submit_fixture.hpp"

namespace mactiond::core::test {
namespace {

using namespace std::chrono_literals;

constexpr Duration kDayOfFaults = 6h;
constexpr Duration kCalmAfter = 5h;
constexpr int kMachines = 8;

}  // namespace

SubmitWorld::SubmitWorld(std::uint64_t seed) : random_(seed), booted_(-100h) {
  options_.enabled = true;
  options_.types = {"RunAntiVirusScan"};
  start();
}

Duration SubmitWorld::between(Duration low, Duration high) {
  return low + Duration(static_cast<std::int64_t>(
                   random_.below(static_cast<std::uint64_t>((high - low).count() + 1))));
}

WallTime SubmitWorld::api_clock() const { return kDay + 3s + now_; }

SubmitTime SubmitWorld::time() const {
  SubmitTime time;
  time.now = {kDay + now_ + wall_off_, mono()};
  if (knows_time_) time.server = api_clock() - 500ms;
  time.uncertainty = 1s;
  time.boot_id = "boot-" + std::to_string(boot_);
  time.token_from = mono();
  return time;
}

void SubmitWorld::claim(bool holds, const std::string& what, const std::string& id) {
  if (!holds) broken_.push_back(what + ": " + id + " at " + std::to_string(to_seconds(now_)));
}

void SubmitWorld::start() {
  ++process_;
  knows_time_ = false;
  list_.reset();
  ledger_.emplace(options_);
  follower_.emplace("eu", *ledger_);
  for (const auto& [id, action] : stored_) {
    if (!action.status.is_final()) follower_->restore_open(action);
  }
  for (const std::string& id : order_) {
    ledger_->put(rows_.at(id));
    if (!is_final(rows_.at(id).state)) follower_->restore(rows_.at(id), mono());
  }
}

void SubmitWorld::reboot() {
  ++boot_;
  booted_ = now_;
  now_ += between(10s, 5min);
  start();
}

template <class Decide>
bool SubmitWorld::step(const Decide& decide) {
  SubmitOutput out;
  decide(out);
  const bool before = !calm_ && chance(1);
  if (!before) commit(out);
  const bool crashed = before || (!calm_ && chance(1));
  if (crashed) {
    ++crashes_;
    start();
  }
  return !crashed;
}

void SubmitWorld::commit(const SubmitOutput& out) {
  for (const Submission& row : out.rows) {
    const auto known = rows_.find(row.id);
    if (known == rows_.end()) {
      order_.push_back(row.id);
      truth_[row.id].asked = now_;
    } else if (known->second.state != row.state) {
      claim(may_follow(known->second.state, row.state), "an impossible change", row.id);
    }
    Truth& truth = truth_[row.id];
    if (row.waiting && !truth.waiting) truth.waiting = now_;
    if (!row.unblocked) truth.unblocked.reset();
    if (row.unblocked && !truth.unblocked) truth.unblocked = now_;
    rows_.insert_or_assign(row.id, row);
  }
  for (const SubmissionReport& report : out.reports) {
    const bool is_new = reported_.emplace(report.submission.id, report.submission.state).second;
    claim(is_new, "reported twice", report.submission.id);
  }
  for (const BlockerCancel& cancel : out.cancels) {
    cancels_.push_back({cancel, now_ + between(1s, 3min)});
  }
}

void SubmitWorld::run() {
  while (now_ < kDayOfFaults) {
    now_ += between(1s, 40s);
    disturb();
    if (chance(8)) ask_for_something();
    progress();
    work();
  }
  calm_ = true;
  options_.enabled = true;
  options_.max_per_hour = 60;
  region_ = {};
  wall_off_ = {};
  ledger_->configure(options_);
  while (now_ < kDayOfFaults + kCalmAfter) {
    now_ += 20s;
    progress();
    work();
  }
  check_end();
}

void SubmitWorld::disturb() {
  if (chance(1) && chance(40)) reboot();
  if (chance(1)) wall_off_ += between(-2h, 2h);
  if (chance(1) && chance(20)) wall_off_ += chance(50) ? 30h : -30h;
  if (chance(2)) wall_off_ = {};
  if (chance(2)) region_.degraded = !region_.degraded;
  if (chance(8)) region_.degraded = false;
  region_.calls_left = chance(90);
  if (chance(1)) options_.enabled = !options_.enabled;
  if (chance(10)) options_.enabled = true;
  if (chance(2)) options_.max_per_hour = static_cast<int>(random_.below(30));
  if (chance(5)) options_.max_per_hour = 30;
  ledger_->configure(options_);
  if (chance(4)) make("m" + std::to_string(random_.below(kMachines)), chance(80) ? "theirs" : "");
}

void SubmitWorld::ask_for_something() {
  SubmissionOrder order;
  if (!orders_.empty() && chance(20)) {
    order = orders_[random_.below(orders_.size())];
  } else {
    order = scan_of("m" + std::to_string(random_.below(kMachines)));
    order.on_blocker = static_cast<OnBlocker>(random_.below(3));
    order.wait_blocker = between(1min, 1h);
    if (chance(50)) order.key = "k" + std::to_string(orders_.size());
    orders_.push_back(order);
  }
  const auto of_key = [&](const auto& row) { return row.second.order.key == order.key; };
  const auto known =
      order.key.empty() ? rows_.end() : std::find_if(rows_.begin(), rows_.end(), of_key);
  step([&](SubmitOutput& out) {
    const auto reply = ask(order, make_submission_id(1, ++ids_), *ledger_, *follower_, time(), out);
    if (known == rows_.end()) return;
    const auto* same = std::get_if<SubmissionAccepted>(&reply);
    claim(same != nullptr && same->id == known->first && !same->is_new, "a key", known->first);
  });
}

void SubmitWorld::work() {
  if (!list_ && now_ >= next_list_) begin_list();
  if (list_ && now_ >= list_->ends) end_list();
  answer_posts();
  cancel_blockers();
  for (bool more = true; more;) {
    std::optional<SubmissionFollower::Job> job;
    more = step([&](SubmitOutput& out) {
      follower_->decide(time(), out);
      job = follower_->job(time(), region_, out);
      if (job) follower_->sent(*job, time(), out);
    });
    more = more && job;
    if (more) leave(*job);
  }
}

void SubmitWorld::leave(const SubmissionFollower::Job& job) {
  claim(job.send_by >= mono(), "no time to send", job.id);
  const True left = now_ + between({}, job.send_by - mono());
  Truth& truth = truth_.at(job.id);
  const Submission& row = rows_.at(job.id);
  claim(options_.enabled, "sent while disabled", job.id);
  if (truth.unblocked) {
    claim(left <= *truth.unblocked + options_.send_within, "sent late after a wait", job.id);
  } else if (truth.waiting) {
    claim(left <= *truth.waiting + row.order.wait_blocker, "sent after the wait", job.id);
  } else {
    claim(left <= truth.asked + options_.send_within, "sent late", job.id);
  }
  truth.left = left;
  const auto within = std::count_if(truth_.begin(), truth_.end(), [&](const auto& one) {
    return one.second.left && *one.second.left > left - 1h;
  });
  claim(within <= options_.max_per_hour, "over the limit", job.id);
  claim(row.state == SubmissionState::Sent, "sent before it was stored", job.id);
  const True arrives = left + between({}, 20s);
  flights_.push_back({job, arrives, arrives + between({}, 30s), std::nullopt, process_});
}

void SubmitWorld::begin_list() {
  const ListRead read{api_clock() - 96h, {api_clock() - 500ms, mono()}};
  list_ = List{read, now_ + between(1s, 1min), calm_ || chance(85), process_};
  next_list_ = now_ + (chance(30) ? 10min : 1min);
}

void SubmitWorld::end_list() {
  const List list = *std::exchange(list_, std::nullopt);
  if (list.process != process_) return;
  knows_time_ = true;
  std::vector<MachineAction> shown;
  for (const auto& [id, made] : made_) {
    if (made.visible <= now_ && (list.complete || chance(50))) shown.push_back(made.action);
  }
  const bool stored = step([&](SubmitOutput& out) {
    for (const MachineAction& action : shown) follower_->seen(action, time(), out);
    if (list.complete) follower_->listed(list.read, time(), out);
  });
  if (!stored) return;
  for (const MachineAction& action : shown) stored_.insert_or_assign(action.id.value, action);
}

void SubmitWorld::answer_posts() {
  for (Flight& flight : flights_) {
    if (!flight.answer && flight.arrives <= now_) arrive(flight);
  }
  const auto done = std::stable_partition(flights_.begin(), flights_.end(), [&](const Flight& one) {
    return !one.answer || one.answers > now_;
  });
  const std::vector<Flight> answered(done, flights_.end());
  flights_.erase(done, flights_.end());
  for (const Flight& flight : answered) {
    if (flight.process != process_) continue;
    step([&](SubmitOutput& out) {
      if (is_news(flight.answer->action)) follower_->seen(*flight.answer->action, time(), out);
      follower_->answered(flight.job.id, *flight.answer, time(), out);
    });
  }
}

bool SubmitWorld::is_news(const std::optional<MachineAction>& action) const {
  if (!action) return false;
  const auto known = stored_.find(action->id.value);
  return known == stored_.end() || !known->second.status.is_final();
}

void SubmitWorld::arrive(Flight& flight) {
  flight.answer = handle(flight);
  if (!flight.answer->action) return;
  // A page of the answers that never arrives.
  if (chance(8)) flight.answer = plain(no_answer());
}

StartAnswer SubmitWorld::handle(const Flight& flight) {
  using namespace mactiond::test;
  const std::string& id = flight.job.id;
  for (const auto& [action, made] : made_) {
    claim(tagged_submission(made.action.requestor_comment) != id, "sent after its effect", id);
  }
  const std::uint64_t luck = random_.below(100);
  if (luck < 6) return plain(no_answer());
  if (luck < 12) return plain(server_error());
  if (luck < 18) return plain(throttled(chance(50) ? std::optional<Duration>(20s) : std::nullopt));
  if (luck < 22) return plain(unauthorized());
  if (luck < 25) return plain(no_answer(), true);
  if (luck < 28) return plain(not_found());
  if (const Made* pending = pending_on(flight.job.machine)) {
    if (chance(50)) return started(pending->action);
    return busy(chance(50) ? pending->action.id.value : "");
  }
  const MachineAction action = make(flight.job.machine, flight.job.comment);
  if (luck < 34) return plain(server_error());
  if (luck < 38) return plain(Outcome{});
  if (luck < 41) return plain(stopped());
  return started(action);
}

MachineAction SubmitWorld::make(const std::string& machine, const std::string& comment) {
  if (const std::string owner(tagged_submission(comment)); !owner.empty()) {
    claim(rows_.at(owner).state != SubmissionState::Lost, "an action of a lost one", owner);
  }
  const std::string id =
      "00000000-0000-0000-0000-" + std::to_string(100'000'000'000 + made_.size());
  Made made{api_action(id, machine, comment, api_clock()), now_ + between({}, 5min),
            now_ + between(1min, 1h), ActionStatus::Known::Succeeded};
  const std::uint64_t luck = random_.below(3);
  if (luck == 0) made.end = ActionStatus::Known::Failed;
  if (luck == 1 && chance(50)) made.end = ActionStatus::Known::TimeOut;
  return made_.emplace(id, std::move(made)).first->second.action;
}

const SubmitWorld::Made* SubmitWorld::pending_on(const std::string& machine) const {
  for (const auto& [id, made] : made_) {
    if (made.action.machine_id == machine && !made.action.status.is_final()) return &made;
  }
  return nullptr;
}

void SubmitWorld::cancel_blockers() {
  const auto due = std::stable_partition(cancels_.begin(), cancels_.end(),
                                         [&](const Cancel& one) { return one.at > now_; });
  const std::vector<Cancel> now(due, cancels_.end());
  cancels_.erase(due, cancels_.end());
  for (const Cancel& one : now) {
    if (chance(20)) {
      step([&](SubmitOutput& out) {
        follower_->cancel_refused(one.cancel.submission, "suspended", time(), out);
      });
      continue;
    }
    Made& made = made_.at(one.cancel.ask.action.value);
    if (made.action.status.is_final()) continue;
    made.ends = now_;
    made.end = ActionStatus::Known::Cancelled;
  }
}

void SubmitWorld::progress() {
  for (auto& [id, made] : made_) {
    if (made.ends > now_ || made.action.status.is_final()) continue;
    made.action.status = made.end;
    made.action.last_update = api_clock();
  }
}

void SubmitWorld::check_end() {
  for (const auto& [id, row] : rows_) {
    claim(is_final(row.state), "without an end: " + std::string(to_string(row.state)), id);
    const std::size_t reports = reported_.count({id, SubmissionState::Submitted}) +
                                reported_.count({id, SubmissionState::Refused}) +
                                reported_.count({id, SubmissionState::Lost}) +
                                reported_.count({id, SubmissionState::Expired});
    claim(reports == 1, "reports", id);
  }
  for (const auto& [action, made] : made_) {
    const std::string id(tagged_submission(made.action.requestor_comment));
    if (id.empty()) continue;
    claim(rows_.at(id).action.value == action, "an action without its submission", id);
  }
}

}  // namespace mactiond::core::test
