#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/random.hpp"
#include "io/store/history.hpp"
#include "ops/transition_log.hpp"
#include "store/store.hpp"

namespace mactiond::store {
namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 10;
constexpr int kAnswerTimeoutMs = 60'000;

LogPosition stored(const ops::LogFilePosition& position) {
  return {position.device, position.inode, position.offset, position.first_seq};
}

/// Store and log of one directory, used as the daemon's driver does.
class Recorder {
 public:
  explicit Recorder(const std::string& directory)
      : store(Store::open(directory).value()), log(open_log(directory)) {}

  std::uint64_t last_seq() { return store.load().value().last_seq; }

  void write_missing_lines() {
    const auto missing = store.load_events(log.position().first_seq, 1'000'000).value();
    log.append(missing).value();
  }

  Store store;
  ops::TransitionLog log;

 private:
  ops::TransitionLog open_log(const std::string& directory) {
    const auto committed = store.load_log_position().value();
    ops::LogOpening opening{directory + "/log"};
    if (committed) {
      opening.committed = {committed->device, committed->inode, committed->offset,
                           committed->first_seq};
    }
    opening.last_seq = last_seq();
    return ops::TransitionLog::open(opening).value();
  }
};

/// Continues the history until killed. Writes every commit to the pipe, once it is durable.
[[noreturn]] void live(const std::string& directory, std::uint64_t seed, int pipe) {
  Recorder recorder(directory);
  History history(seed);
  const std::uint64_t done = History::steps_in(recorder.store.load().value());
  while (history.step() < done) history.next();
  recorder.write_missing_lines();
  while (true) {
    const core::Batch batch = history.next();
    const auto position =
        batch.events.empty() ? std::nullopt : std::optional(stored(recorder.log.position()));
    recorder.store.commit(batch, position).value();
    while (!recorder.store.is_pruned()) recorder.store.prune_some().value();
    const std::uint64_t step = history.step();
    if (::write(pipe, &step, sizeof step) != sizeof step) ::_exit(1);
    if (!batch.events.empty()) recorder.write_missing_lines();
    if (step % 7 != 0) continue;
    fs::rename(directory + "/log", directory + "/log." + std::to_string(step));
    recorder.log.reopen().value();
    recorder.store.commit({}, stored(recorder.log.position())).value();
  }
}

/// What batches 1..step of a history must have left behind.
class Oracle {
 public:
  explicit Oracle(std::uint64_t seed) : history_(seed) {}

  void advance(std::uint64_t step) {
    while (history_.step() < step) {
      const core::Batch batch = history_.next();
      store_.commit(batch).value();
      while (!store_.is_pruned()) store_.prune_some().value();
      if (batch.events.empty()) continue;
      for (const auto& event : store_.load_events(batch.events.front().seq, 1000).value()) {
        log_ += core::log_line(event);
      }
    }
  }
  /// With all that is old removed as of now, and of the recorder's store too: a kill may have come
  /// before its end.
  std::string store(Store& other) {
    prune(other, history_.pruned_before());
    prune(store_, history_.pruned_before());
    return describe(store_);
  }
  [[nodiscard]] const std::string& log() const { return log_; }

 private:
  History history_;
  Store store_ = Store::open_in_memory().value();
  std::string log_;
};

class StoreCrash : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/store_crash_XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { fs::remove_all(directory_); }

  /// Lets a process work for a while and kills it. The last step it reported.
  std::uint64_t live_and_die() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      try {
        live(directory_, seed_, ends[1]);
      } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
      }
      ::_exit(1);
    }
    ::close(ends[1]);
    std::uint64_t reported = 0;
    const std::uint64_t commits = 1 + random_.below(12);
    for (std::uint64_t i = 0; i < commits; ++i) {
      reported = read_step(ends[0], kAnswerTimeoutMs, reported);
    }
    // Then at any moment of what follows.
    const auto moment = static_cast<long>(random_.below(6'000'000));
    const timespec limit{0, moment};
    pollfd never{-1, 0, 0};
    ::ppoll(&never, 1, &limit, nullptr);
    ::kill(child, SIGKILL);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << "ended by itself";
    while (const std::uint64_t step = read_step(ends[0], 0, 0)) reported = step;
    ::close(ends[0]);
    return reported;
  }

  static std::uint64_t read_step(int pipe, int timeout, std::uint64_t otherwise) {
    pollfd ready{pipe, POLLIN, 0};
    std::uint64_t step = 0;
    if (::poll(&ready, 1, timeout) <= 0) return otherwise;
    return ::read(pipe, &step, sizeof step) == sizeof step ? step : otherwise;
  }

  /// As a power loss may: lines after the committed offset were perhaps never written out.
  void tear_log() {
    const auto committed = Store::open(directory_).value().load_log_position().value();
    if (!committed) return;
    for (const auto& entry : fs::directory_iterator(directory_)) {
      struct stat found {};
      if (::stat(entry.path().c_str(), &found) != 0 || found.st_ino != committed->inode) continue;
      const auto size = static_cast<std::uint64_t>(found.st_size);
      ASSERT_GE(size, committed->offset) << "what was synced is gone";
      const std::uint64_t kept = committed->offset + random_.below(size - committed->offset + 1);
      fs::resize_file(entry.path(), kept);
    }
  }

  /// All files of the log, oldest first.
  std::string read_log() const {
    std::vector<std::pair<std::uint64_t, fs::path>> files;
    for (const auto& entry : fs::directory_iterator(directory_)) {
      const std::string name = entry.path().filename();
      if (name == "log") files.emplace_back(~std::uint64_t{0}, entry.path());
      if (name.starts_with("log.")) files.emplace_back(std::stoull(name.substr(4)), entry.path());
    }
    std::sort(files.begin(), files.end());
    std::string text;
    for (const auto& [order, path] : files) {
      std::ifstream file(path, std::ios::binary);
      text.append(std::istreambuf_iterator<char>(file), {});
    }
    return text;
  }

  std::string directory_;
  std::uint64_t seed_ = static_cast<std::uint64_t>(GetParam());
  Random random_{seed_ + 1000};
};

INSTANTIATE_TEST_SUITE_P(, StoreCrash, ::testing::Range(1, 9));

TEST_P(StoreCrash, LosesNothingAndRepeatsNothing) {
  Oracle oracle(seed_);
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const std::uint64_t reported = live_and_die();
    if (random_.below(2) == 0) tear_log();
    Recorder recorder(directory_);
    const std::uint64_t step = History::steps_in(recorder.store.load().value());
    ASSERT_GE(step, reported) << "a commit that was reported is lost";
    ASSERT_LE(step, reported + 1);
    oracle.advance(step);
    const std::string expected = oracle.store(recorder.store);
    ASSERT_EQ(describe(recorder.store), expected);
    recorder.write_missing_lines();
    ASSERT_EQ(read_log(), oracle.log());
  }
}

}  // namespace
}  // namespace mactiond::store
