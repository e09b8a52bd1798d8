#include "runtime/store_hold.hpp"

#include <chrono>

#include "ops/log.hpp"

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;
using Level = core::LogEntry::Level;

constexpr Duration kLookEvery = 4s;
constexpr Duration kLockedWarning = 2s;
constexpr Duration kLockedTrouble = 30s;

constexpr const char* kLocked = "another program holds the store's write lock";

}  // namespace

void StoreHold::wait(core::Step step, MonoTime now) {
  if (!waiting_) waiting_since_ = now;
  waiting_ = std::move(step);
  if (reported_ || now - waiting_since_ < kLockedWarning) return;
  reported_ = true;
  ops::log(Level::Warning, "store_locked",
           {{"error", std::string(kLocked) + "; nothing is begun until it is released"}});
}

void StoreHold::release(MonoTime now) {
  waiting_.reset();
  if (!std::exchange(reported_, false)) return;
  ops::log(Level::Info, "store_unlocked",
           {{"after", std::to_string(to_seconds(now - waiting_since_)) + "s"}});
}

bool StoreHold::look(store::Store& store, MonoTime now) {
  if (is_gone() || (!store.replaced() && now - looked_ < kLookEvery)) return false;
  looked_ = now;
  gone_ = store.check_files();
  if (!is_gone()) return false;
  ops::log(Level::Error, "store_gone", {{"file", *gone_}, {"error", gone_text()}});
  return true;
}

std::optional<Error> StoreHold::refusal() const {
  if (is_gone()) return Error(Errc::StoreFailed, "the store: " + gone_text());
  if (waits()) {
    return Error(Errc::StoreFailed, std::string(kLocked) + "; nothing was changed, try again");
  }
  return std::nullopt;
}

std::optional<std::string> StoreHold::trouble(MonoTime now) const {
  if (is_gone()) return "the store: " + gone_text();
  if (!waits() || now - waiting_since_ < kLockedTrouble) return std::nullopt;
  return kLocked;
}

std::string StoreHold::gone_text() const {
  return *gone_ +
         " was removed, replaced or overwritten; nothing is called, delivered or logged until "
         "mactiond is "
         "restarted";
}

}  // namespace mactiond::runtime
