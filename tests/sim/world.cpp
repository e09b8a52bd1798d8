#include "sim/world.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/error.hpp"
#include "base/iso_time.hpp"
#include "sim/start_call.hpp"

namespace mactiond::sim {
namespace {

/// Ticks in a row without moving time: the engine would spin.
constexpr std::uint64_t kIdleTicksMax = 10'000;

WallTime start_of_world() { return *parse_iso_time("2026-11-20T00:00:00Z"); }

template <class Event>
const Outcome& outcome_of(const Event& event) {
  return event.outcome;
}
const Outcome& outcome_of(const core::ActionStarted& started) { return started.answer.outcome; }

store::Store make_store() {
  auto store = store::Store::open_in_memory();
  MACTIOND_ASSERT(store);
  return std::move(*store);
}

}  // namespace

World::World(WorldOptions options)
    : options_(std::move(options)), random_(options_.seed), store_(make_store()) {
  mono_base_ = std::chrono::hours(1);
  for (const auto& region : options_.engine.regions) {
    apis_.emplace(region.name, std::make_unique<ApiModel>(options_.api, random_.next()));
  }
  for (const auto& webhook : options_.engine.webhooks) {
    ReceiverOptions receiver = options_.receivers[webhook.name];
    receiver.name = webhook.name;
    receivers_.emplace(webhook.name, ReceiverModel(std::move(receiver), random_.next()));
  }
  start_engine(true);
}

World::~World() = default;

WallTime World::server_now() const { return start_of_world() + elapsed_; }

Now World::now() const { return {server_now() + wall_offset_, MonoTime(mono_base_ + elapsed_)}; }

void World::start_engine(bool rebooted) {
  ++life_;
  ready_.clear();
  posts_.clear();
  marks_ = {};
  core::Options options = options_.engine;
  options.boot_id = "boot-" + std::to_string(boots_);
  auto snapshot = store_.load();
  MACTIOND_ASSERT(snapshot);
  for (Watcher* watcher : watchers_) watcher->started(rebooted, moment());
  engine_ = std::make_unique<core::Engine>(std::move(options), std::move(*snapshot), random_.next(),
                                           now());
}

void World::crash() {
  ++crashes_;
  engine_.reset();
  start_engine(false);
}

void World::reboot() {
  ++boots_;
  mono_base_ = -elapsed_;
  ++crashes_;
  engine_.reset();
  start_engine(true);
}

void World::at(Duration since_start, std::function<void()> what) {
  pending_.emplace(std::max(since_start, elapsed_), std::move(what));
}

std::optional<Duration> World::engine_wakes() const {
  auto wake = engine_->wake_at();
  if (marks_.due()) wake = std::min(wake.value_or(*marks_.due()), *marks_.due());
  if (!wake) return std::nullopt;
  return std::max(wake->time_since_epoch() - mono_base_, elapsed_);
}

void World::run_until(Duration since_start) {
  while (true) {
    if (!ready_.empty()) {
      core::Event event = std::move(ready_.front());
      ready_.pop_front();
      step(std::move(event));
      continue;
    }
    const auto wake = engine_wakes();
    const bool pending_first = !pending_.empty() && (!wake || pending_.begin()->first <= *wake);
    const auto next = pending_first ? std::optional(pending_.begin()->first) : wake;
    if (!next || *next > since_start) break;
    idle_ticks_ = *next > elapsed_ || pending_first ? 0 : idle_ticks_ + 1;
    elapsed_ = *next;
    if (pending_first) {
      const auto what = std::move(pending_.begin()->second);
      pending_.erase(pending_.begin());
      what();
    } else {
      step(core::Tick{});
      check_wake();
    }
  }
  elapsed_ = since_start;
}

void World::check_wake() {
  if (idle_ticks_ <= kIdleTicksMax) return;
  violations_.push_back("the engine asks to be woken again and again without time moving");
  MACTIOND_ASSERT(idle_ticks_ <= kIdleTicksMax);
}

void World::step(core::Event event) {
  ++steps_;
  learn(event);
  for (Watcher* watcher : watchers_) watcher->heard(event, moment());
  carry_out(engine_->on(std::move(event), now()));
}

void World::reload(const std::function<void(core::Options&)>& change) {
  change(options_.engine);
  for (Watcher* watcher : watchers_) watcher->configured(options_.engine, moment());
  carry_out(engine_->reconfigure(options_.engine, {}, now()));
}

void World::carry_out(core::Step step) {
  const bool writes = !step.writes.empty();
  marks_.absorb(step.writes, now().mono);
  const bool marks_due = marks_.due() && *marks_.due() <= now().mono;
  if (marks_due || !step.writes.empty()) commit(step.writes);
  for (Watcher* watcher : watchers_) watcher->stepped(step, moment());
  for (core::EventRecord& record : step.writes.events) {
    events_.push_back({std::move(record), server_now()});
  }
  if (writes && draw_crash(step.writes)) {
    // Between commit and effect, or with part of the effects under way.
    const auto started = random_.below(step.commands.size() + 1);
    for (std::size_t i = 0; i < started; ++i) start(std::move(step.commands[i]));
    crash();
    return;
  }
  for (core::Command& command : step.commands) start(std::move(command));
}

void World::commit(core::Batch& writes) {
  marks_.drain_into(writes);
  const auto committed = store_.commit(writes);
  MACTIOND_ASSERT(committed);
}

void World::commit_marks() {
  core::Batch none;
  if (!marks_.empty()) commit(none);
}

bool World::draw_crash(const core::Batch& writes) {
  int rate =
      writes.decisions.empty() ? options_.crashes_per_million : options_.cancel_crashes_per_million;
  if (!writes.submissions.empty()) rate = std::max(rate, options_.submit_crashes_per_million);
  return random_.below(1'000'000) < static_cast<std::uint64_t>(rate);
}

void World::stop_crashes() {
  options_.crashes_per_million = options_.cancel_crashes_per_million = 0;
  options_.submit_crashes_per_million = 0;
}

void World::watch(Watcher& watcher) {
  watchers_.push_back(&watcher);
  watcher.configured(options_.engine, moment());
}

std::map<std::string, core::Submission> World::submissions() {
  std::map<std::string, core::Submission> rows;
  core::SubmissionFilter filter;
  do {
    const core::SubmissionPage page = store_.find_submissions(filter).value();
    for (const core::Submission& row : page.submissions) rows.emplace(row.id, row);
    filter.before = page.next;
  } while (filter.before);
  return rows;
}

CancelOracle& World::watch_cancels() {
  if (!cancels_) {
    cancels_ = std::make_unique<CancelOracle>(options_.engine, apis_);
    watch(*cancels_);
  }
  return *cancels_;
}

void World::arrive(const core::Command& command, bool ours) {
  const auto* cancel = std::get_if<core::CancelAction>(&command);
  if (cancel != nullptr && ours) {
    posts_[cancel->id.value] = {cancel->region, apis_.at(cancel->region)->posts().size() - 1};
  }
  for (Watcher* watcher : watchers_) watcher->arrived(command, ours, moment());
}

void World::learn(const core::Event& event) {
  const auto* answer = std::get_if<core::CancelAnswered>(&event);
  if (answer == nullptr || answer->outcome.status == 0) return;
  const auto& [region, post] = posts_.at(answer->command.value);
  apis_.at(region)->learned(post);
}

Duration World::draw_latency() {
  const auto spread = (options_.latency_max - options_.latency_min).count();
  return options_.latency_min +
         Duration(static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(spread) + 1)));
}

void World::answer(Duration latency, core::Event event) {
  pending_.emplace(elapsed_ + latency, [this, life = life_, event = std::move(event)]() mutable {
    if (life == life_) ready_.push_back(std::move(event));
  });
}

void World::start(core::Command command) {
  if (const auto* load = std::get_if<core::LoadDeliveries>(&command)) {
    commit_marks();
    auto loaded = store_.load_deliveries(*load);
    MACTIOND_ASSERT(loaded);
    ready_.push_back(std::move(*loaded));
    return;
  }
  if (const auto* oldest = std::get_if<core::LoadOldest>(&command)) {
    commit_marks();
    auto loaded = store_.load_oldest(*oldest);
    MACTIOND_ASSERT(loaded);
    ready_.push_back(std::move(*loaded));
    return;
  }
  if (auto* post = std::get_if<core::StartAction>(&command)) return connect(std::move(*post));
  leave(std::move(command));
}

void World::connect(core::StartAction post) {
  const auto chance = [&](int per_mille) {
    return random_.below(1000) < static_cast<std::uint64_t>(per_mille);
  };
  const Duration until = post.send_by - now().mono;
  const bool refused = chance(options_.connections_refused_per_mille);
  const bool slow = !refused && chance(options_.slow_connections_per_mille);
  if (!refused && !slow) return leave(std::move(post));
  const auto half_a_minute = static_cast<std::uint64_t>(Duration(std::chrono::seconds(30)).count());
  const Duration takes(static_cast<std::int64_t>(random_.below(half_a_minute)));
  if (slow && takes <= until) {
    pending_.emplace(elapsed_ + takes, [this, life = life_, post = std::move(post)] {
      // A process that has ended makes no connection.
      if (life == life_) leave(post);
    });
    return;
  }
  core::ActionStarted event;
  event.command = post.id;
  event.answer = not_connected();
  answer(std::min(takes, std::max(until, Duration{})), std::move(event));
}

void World::leave(core::Command command) {
  for (Watcher* watcher : watchers_) watcher->left(command, moment());
  // The call reaches its peer after half of the latency, also if we crash meanwhile.
  const Duration there = draw_latency() / 2;
  pending_.emplace(elapsed_ + there, [this, life = life_, command = std::move(command)] {
    const Duration back = draw_latency() / 2;
    std::visit(
        [&](const auto& sent) {
          using C = std::decay_t<decltype(sent)>;
          if constexpr (std::is_same_v<C, core::SendDelivery>) {
            core::DeliveryAnswered event;
            event.command = sent.id;
            event.outcome = receivers_.at(sent.webhook).receive(sent.event, server_now());
            const bool late = event.outcome.reason == Reason::Timeout;
            if (life == life_) {
              answer(late ? sent.deadline - now().mono : back, std::move(event));
            }
          } else if constexpr (!std::is_same_v<C, core::LoadDeliveries> &&
                               !std::is_same_v<C, core::LoadOldest>) {
            auto event = apis_.at(sent.region)->serve(sent, server_now());
            const bool late = outcome_of(event).reason == Reason::Timeout;
            arrive(command, life == life_);
            if (life == life_) {
              answer(late ? sent.deadline - now().mono : back, std::move(event));
            }
          }
        },
        command);
  });
}

}  // namespace mactiond::sim
