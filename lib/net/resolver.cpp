#include "net/resolver.hpp"

#include <boost/asio/post.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "net/address.hpp"
#include "net/deadline.hpp"

namespace mactiond::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kLookupsMax = 4;

/// One lookup under way; done's waiters are woken when answer is set.
struct Pending {
  explicit Pending(const asio::any_io_executor& executor)
      : done(executor, asio::steady_timer::time_point::max()) {}
  asio::steady_timer done;
  std::optional<Result<Addresses>> answer;
  bool overdue = false;  ///< somebody's time was up before the answer came
};

/// The way back from the lookup threads. Once it is shut they touch the executor no more, so that
/// the context may go.
struct Gate {
  std::mutex mutex;
  std::optional<asio::any_io_executor> executor;
};

Task<Result<Addresses>> wait_for_answer(std::shared_ptr<Pending> pending) {
  if (!pending->answer) co_await pending->done.async_wait(kToken);
  if (!pending->answer) co_return Error(Errc::Cancelled, "");
  co_return *pending->answer;
}

}  // namespace

struct Resolver::State : std::enable_shared_from_this<State> {
  State(asio::any_io_executor to, Lookup how) : executor(std::move(to)), lookup(std::move(how)) {
    gate->executor = executor;
  }

  /// The lookup under way for host, started if there is none. Null: too many, or no thread.
  std::shared_ptr<Pending> join(const std::string& host);
  [[nodiscard]] bool start_thread(const std::string& host);
  void finish(const std::string& host, Result<Addresses> answer);

  asio::any_io_executor executor;
  Lookup lookup;
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  std::map<std::string, std::shared_ptr<Pending>> pending;
  std::map<std::string, Addresses> last_good;
};

std::shared_ptr<Pending> Resolver::State::join(const std::string& host) {
  if (const auto found = pending.find(host); found != pending.end()) return found->second;
  if (pending.size() >= kLookupsMax || !start_thread(host)) return nullptr;
  return pending.emplace(host, std::make_shared<Pending>(executor)).first->second;
}

bool Resolver::State::start_thread(const std::string& host) {
  auto run = [state = weak_from_this(), shared_gate = gate, ask = lookup, host] {
    auto answer = ask(host);
    const std::lock_guard lock(shared_gate->mutex);
    if (!shared_gate->executor) return;
    asio::post(*shared_gate->executor, [state, host, answer = std::move(answer)]() mutable {
      if (const auto alive = state.lock()) alive->finish(host, std::move(answer));
    });
  };
  try {
    std::thread(std::move(run)).detach();
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

void Resolver::State::finish(const std::string& host, Result<Addresses> answer) {
  const auto found = pending.find(host);
  if (found == pending.end()) return;
  if (answer) last_good[host] = *answer;
  found->second->answer = std::move(answer);
  found->second->done.cancel();
  pending.erase(found);
}

Resolver::Resolver(asio::any_io_executor executor, Lookup lookup)
    : state_(std::make_shared<State>(std::move(executor), std::move(lookup))) {}

Resolver::~Resolver() {
  const std::lock_guard lock(state_->gate->mutex);
  state_->gate->executor.reset();
}

Task<Result<Addresses>> Resolver::resolve(std::string host, Duration limit) {
  if (const auto literal = literal_address(host)) co_return Addresses(1, *literal);
  const auto state = state_;
  Result<Addresses> answer = Error(Errc::ResolveFailed, "too many lookups are hanging");
  const auto pending = state->join(host);
  // Who has waited for this lookup in vain before need not do so again.
  if (pending && pending->overdue && state->last_good.contains(host)) {
    co_return state->last_good.at(host);
  }
  if (pending) {
    auto waiting = wait_for_answer(pending);
    answer = co_await with_deadline(std::move(waiting), limit);
  }
  if (answer || answer.error().code == Errc::Cancelled) co_return answer;
  if (pending && answer.error().code == Errc::DeadlineExceeded) pending->overdue = true;
  const auto known = state->last_good.find(host);
  if (known != state->last_good.end()) co_return known->second;
  co_return answer;
}

}  // namespace mactiond::net
