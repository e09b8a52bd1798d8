#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

#include <cstdlib>

/// Preloaded into a program, this moves its wall clock by MACTIOND_CLOCK_SHIFT_S seconds. All other
/// clocks, sleeps and file times stay as they are.
namespace {

time_t shift() {
  static const time_t seconds = [] {
    const char* text = std::getenv("MACTIOND_CLOCK_SHIFT_S");
    return text == nullptr ? time_t{0} : static_cast<time_t>(std::atoll(text));
  }();
  return seconds;
}

bool is_wall_clock(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  using Call = int (*)(clockid_t, timespec*);
  static const auto original = reinterpret_cast<Call>(::dlsym(RTLD_NEXT, "clock_gettime"));
  const int result = original(clock, now);
  if (result == 0 && is_wall_clock(clock)) now->tv_sec += shift();
  return result;
}

int gettimeofday(timeval* now, void* /*zone*/) noexcept {
  timespec exact{};
  const int result = clock_gettime(CLOCK_REALTIME, &exact);
  if (result == 0) *now = {exact.tv_sec, exact.tv_nsec / 1000};
  return result;
}

time_t time(time_t* stored) noexcept {
  timespec exact{};
  clock_gettime(CLOCK_REALTIME, &exact);
  if (stored != nullptr) *stored = exact.tv_sec;
  return exact.tv_sec;
}

int timespec_get(timespec* now, int base) noexcept {
  if (base != TIME_UTC) return 0;
  return clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

}  // extern "C"
