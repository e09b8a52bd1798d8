#include "net/resolver.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <optional>
#include <string>

#include "io/net/loop.hpp"

namespace mactiond::test {
namespace {

namespace ip = boost::asio::ip;
using net::Addresses;
using std::chrono::milliseconds;

Addresses address(const char* text) { return {ip::make_address(text)}; }

std::string ending(const Result<Addresses>& result) {
  if (result) return result->front().to_string();
  return std::string(to_string(static_cast<Errc>(result.error().code.value())));
}

/// Lookups that hang until let go, which happens at the latest at the end of the test.
class Hanging {
 public:
  Hanging() = default;
  Hanging(const Hanging&) = delete;
  Hanging& operator=(const Hanging&) = delete;
  ~Hanging() { let_go(); }

  [[nodiscard]] net::Lookup lookup() {
    return [state = state_](const std::string&) -> Result<Addresses> {
      ++state->started;
      state->over.wait();
      return address("10.0.0.9");
    };
  }
  void let_go() {
    if (!std::exchange(gone_, true)) state_->end.set_value();
  }
  [[nodiscard]] int started() const { return state_->started; }

 private:
  struct State {
    std::atomic<int> started = 0;
    std::promise<void> end;
    std::shared_future<void> over = end.get_future().share();
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
  bool gone_ = false;
};

class Resolver : public testing::Test {
 protected:
  Result<Addresses> resolve(net::Resolver& resolver, const std::string& host,
                            milliseconds limit = std::chrono::seconds(15)) {
    return loop_.run(resolver.resolve(host, limit));
  }
  Loop loop_;
};

TEST_F(Resolver, AsksTheSystem) {
  net::Resolver resolver(loop_.context.get_executor(), net::system_lookup());
  const auto found = resolve(resolver, "localhost");
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_TRUE(found->front().is_loopback());
}

TEST_F(Resolver, SaysWhyANameIsNotResolved) {
  net::Resolver resolver(loop_.context.get_executor(), net::system_lookup());
  // A label of more than 63 characters cannot be asked for, so this stays on the machine.
  const auto found = resolve(resolver, std::string(64, 'a') + ".invalid");
  EXPECT_EQ(ending(found), to_string(Errc::ResolveFailed));
  EXPECT_NE(found.error().where, "");
}

TEST_F(Resolver, AsksNobodyForALiteralAddress) {
  Hanging hanging;
  net::Resolver resolver(loop_.context.get_executor(), hanging.lookup());
  EXPECT_EQ(ending(resolve(resolver, "192.0.2.1")), "192.0.2.1");
  EXPECT_EQ(ending(resolve(resolver, "2001:db8::1")), "2001:db8::1");
  EXPECT_EQ(hanging.started(), 0);
}

TEST_F(Resolver, HoldsTheDeadlineWhenTheLookupHangs) {
  Hanging hanging;
  {
    net::Resolver resolver(loop_.context.get_executor(), hanging.lookup());
    EXPECT_EQ(ending(resolve(resolver, "a.example", milliseconds(200))),
              to_string(Errc::DeadlineExceeded));
    EXPECT_LT(loop_.elapsed, std::chrono::seconds(10));
  }
  // The lookup comes back to a resolver, and then to a context, that is gone.
  EXPECT_EQ(hanging.started(), 1);
}

TEST_F(Resolver, SharesALookupAmongAllWhoAskForTheName) {
  Hanging hanging;
  net::Resolver resolver(loop_.context.get_executor(), hanging.lookup());
  int answers = 0;
  for (int i = 0; i < 5; ++i) {
    boost::asio::co_spawn(loop_.context, resolver.resolve("a.example", std::chrono::seconds(15)),
                          [&answers](std::exception_ptr failure, Result<Addresses> found) {
                            EXPECT_FALSE(failure);
                            EXPECT_EQ(ending(found), "10.0.0.9");
                            ++answers;
                          });
  }
  boost::asio::post(loop_.context, [&hanging] { hanging.let_go(); });
  loop_.finish();
  EXPECT_EQ(answers, 5);
  EXPECT_EQ(hanging.started(), 1);
}

TEST_F(Resolver, StartsFewLookupsAtATime) {
  Hanging hanging;
  net::Resolver resolver(loop_.context.get_executor(), hanging.lookup());
  int failed = 0;
  for (int i = 0; i < 20; ++i) {
    const auto found = resolve(resolver, std::to_string(i) + ".example", milliseconds(1));
    if (!found && found.error().code == make_error_code(Errc::ResolveFailed)) ++failed;
  }
  EXPECT_EQ(failed, 16);
  EXPECT_LE(hanging.started(), 4);
}

/// Gives the answers that a test sets, from any thread.
struct Scripted {
  std::mutex mutex;
  Result<Addresses> next = Error(Errc::ResolveFailed, "scripted");
  std::shared_future<void> wait_for;

  [[nodiscard]] net::Lookup lookup() {
    return [this](const std::string&) {
      std::shared_future<void> hang;
      {
        const std::lock_guard lock(mutex);
        hang = wait_for;
      }
      if (hang.valid()) hang.wait();
      const std::lock_guard lock(mutex);
      return next;
    };
  }
  void set(Result<Addresses> answer) {
    const std::lock_guard lock(mutex);
    next = std::move(answer);
  }
};

TEST_F(Resolver, FallsBackOnTheLastGoodAnswer) {
  Scripted scripted;
  net::Resolver resolver(loop_.context.get_executor(), scripted.lookup());
  EXPECT_EQ(ending(resolve(resolver, "a.example")), to_string(Errc::ResolveFailed));
  scripted.set(address("10.0.0.1"));
  EXPECT_EQ(ending(resolve(resolver, "a.example")), "10.0.0.1");
  scripted.set(address("10.0.0.2"));
  EXPECT_EQ(ending(resolve(resolver, "a.example")), "10.0.0.2");
  scripted.set(Error(Errc::ResolveFailed, "scripted"));
  EXPECT_EQ(ending(resolve(resolver, "a.example")), "10.0.0.2");
  EXPECT_EQ(ending(resolve(resolver, "b.example")), to_string(Errc::ResolveFailed));
}

TEST_F(Resolver, FallsBackWhenTheLookupHangsAndWaitsOnlyOnceForIt) {
  Scripted scripted;
  std::promise<void> end;
  scripted.next = address("10.0.0.1");
  net::Resolver resolver(loop_.context.get_executor(), scripted.lookup());
  EXPECT_EQ(ending(resolve(resolver, "a.example")), "10.0.0.1");
  scripted.wait_for = end.get_future().share();
  EXPECT_EQ(ending(resolve(resolver, "a.example", milliseconds(100))), "10.0.0.1");
  EXPECT_GE(loop_.elapsed, milliseconds(95));
  EXPECT_EQ(ending(resolve(resolver, "a.example", std::chrono::seconds(20))), "10.0.0.1");
  EXPECT_LT(loop_.elapsed, std::chrono::seconds(10));
  // The late answer is taken after all.
  scripted.set(address("10.0.0.3"));
  end.set_value();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  std::string found;
  while (found != "10.0.0.3" && std::chrono::steady_clock::now() < deadline) {
    found = ending(resolve(resolver, "a.example"));
  }
  EXPECT_EQ(found, "10.0.0.3");
}

}  // namespace
}  // namespace mactiond::test
