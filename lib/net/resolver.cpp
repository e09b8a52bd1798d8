#include "net/resolver.hpp"

#include <map>
#include <optional>
#include <utility>

#include "net/address.hpp"
#include "net/async_event.hpp"
#include "net/deadline.hpp"
#include "net/helper_threads.hpp"

namespace mactiond::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kLookupsMax = 4;

/// One lookup in progress.
struct Pending {
  explicit Pending(const asio::any_io_executor& executor) : done(executor) {}
  AsyncEvent done;
  std::optional<Result<Addresses>> answer;
  bool overdue = false;  ///< somebody's time was up before the answer came
};

Task<Result<Addresses>> wait_for_answer(std::shared_ptr<Pending> pending) {
  co_await pending->done.wait();
  if (!pending->answer) co_return Error(Errc::Cancelled, "");
  co_return *pending->answer;
}

}  // namespace

struct Resolver::State : std::enable_shared_from_this<State> {
  State(asio::any_io_executor to, Lookup how) : executor(std::move(to)), lookup(std::move(how)) {}

  /// The lookup in progress for host, started if there is none. Null: too many, or no thread.
  std::shared_ptr<Pending> join(const std::string& host);
  [[nodiscard]] bool start_thread(const std::string& host);
  void finish(const std::string& host, Result<Addresses> answer);

  asio::any_io_executor executor;
  Lookup lookup;
  std::map<std::string, std::shared_ptr<Pending>> pending;
  std::map<std::string, Addresses> last_good;
  HelperThreads threads{executor};
};

std::shared_ptr<Pending> Resolver::State::join(const std::string& host) {
  if (const auto found = pending.find(host); found != pending.end()) return found->second;
  if (pending.size() >= kLookupsMax || !start_thread(host)) return nullptr;
  return pending.emplace(host, std::make_shared<Pending>(executor)).first->second;
}

bool Resolver::State::start_thread(const std::string& host) {
  return threads.run([ask = lookup, host] { return ask(host); },
                     [state = weak_from_this(), host](Result<Addresses> answer) {
                       if (const auto alive = state.lock()) alive->finish(host, std::move(answer));
                     });
}

void Resolver::State::finish(const std::string& host, Result<Addresses> answer) {
  const auto found = pending.find(host);
  if (found == pending.end()) return;
  if (answer) last_good[host] = *answer;
  found->second->answer = std::move(answer);
  found->second->done.set();
  pending.erase(found);
}

Resolver::Resolver(asio::any_io_executor executor, Lookup lookup)
    : state_(std::make_shared<State>(std::move(executor), std::move(lookup))) {}

// Coroutines that wait may keep the state longer.
Resolver::~Resolver() { state_->threads.stop(); }

Task<Result<Addresses>> Resolver::resolve(std::string host, Duration limit) {
  if (const auto literal = literal_address(host)) co_return Addresses(1, *literal);
  const auto state = state_;
  Result<Addresses> answer = Error(Errc::ResolveFailed, "too many lookups are hanging");
  const auto pending = state->join(host);
  // Who has waited for this lookup without an answer need not wait again.
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
