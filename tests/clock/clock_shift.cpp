#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>

#include <array>
#include <cstdlib>

/// Preloaded into a program, this moves its wall clock and the times of files by
/// MACTIOND_CLOCK_SHIFT_S seconds. All other clocks and sleeps stay as they are.
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

template <class Call>
Call original_of(const char* name) {
  return reinterpret_cast<Call>(::dlsym(RTLD_NEXT, name));
}

// What the system has written is by the clock that is not moved.
template <class Found>
int moved(int result, Found* found) {
  if (result != 0) return result;
  for (timespec* time : {&found->st_atim, &found->st_mtim, &found->st_ctim}) {
    time->tv_sec += shift();
  }
  return result;
}

std::array<timespec, 2> moved_back(const timespec* times) {
  std::array<timespec, 2> back{times[0], times[1]};
  for (timespec& time : back) {
    const bool is_time = time.tv_nsec != UTIME_NOW && time.tv_nsec != UTIME_OMIT;
    if (is_time) time.tv_sec -= shift();
  }
  return back;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  using Call = int (*)(clockid_t, timespec*);
  static const auto original = original_of<Call>("clock_gettime");
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

int stat(const char* path, struct stat* found) noexcept {
  using Call = int (*)(const char*, struct stat*);
  static const auto original = original_of<Call>("stat");
  return moved(original(path, found), found);
}

int lstat(const char* path, struct stat* found) noexcept {
  using Call = int (*)(const char*, struct stat*);
  static const auto original = original_of<Call>("lstat");
  return moved(original(path, found), found);
}

int fstat(int file, struct stat* found) noexcept {
  using Call = int (*)(int, struct stat*);
  static const auto original = original_of<Call>("fstat");
  return moved(original(file, found), found);
}

int fstatat(int directory, const char* path, struct stat* found, int flags) noexcept {
  using Call = int (*)(int, const char*, struct stat*, int);
  static const auto original = original_of<Call>("fstatat");
  return moved(original(directory, path, found, flags), found);
}

int stat64(const char* path, struct stat64* found) noexcept {
  using Call = int (*)(const char*, struct stat64*);
  static const auto original = original_of<Call>("stat64");
  return moved(original(path, found), found);
}

int lstat64(const char* path, struct stat64* found) noexcept {
  using Call = int (*)(const char*, struct stat64*);
  static const auto original = original_of<Call>("lstat64");
  return moved(original(path, found), found);
}

int fstat64(int file, struct stat64* found) noexcept {
  using Call = int (*)(int, struct stat64*);
  static const auto original = original_of<Call>("fstat64");
  return moved(original(file, found), found);
}

int fstatat64(int directory, const char* path, struct stat64* found, int flags) noexcept {
  using Call = int (*)(int, const char*, struct stat64*, int);
  static const auto original = original_of<Call>("fstatat64");
  return moved(original(directory, path, found, flags), found);
}

int statx(int directory, const char* path, int flags, unsigned mask, struct statx* found) noexcept {
  using Call = int (*)(int, const char*, int, unsigned, struct statx*);
  static const auto original = original_of<Call>("statx");
  const int result = original(directory, path, flags, mask, found);
  if (result != 0) return result;
  for (statx_timestamp* time :
       {&found->stx_atime, &found->stx_mtime, &found->stx_ctime, &found->stx_btime}) {
    time->tv_sec += shift();
  }
  return result;
}

int utimensat(int directory, const char* path, const timespec* times, int flags) noexcept {
  using Call = int (*)(int, const char*, const timespec*, int);
  static const auto original = original_of<Call>("utimensat");
  if (times == nullptr) return original(directory, path, times, flags);
  return original(directory, path, moved_back(times).data(), flags);
}

int utimes(const char* path, const timeval* times) noexcept {
  using Call = int (*)(const char*, const timeval*);
  static const auto original = original_of<Call>("utimes");
  if (times == nullptr) return original(path, times);
  std::array<timeval, 2> back{times[0], times[1]};
  for (timeval& time : back) time.tv_sec -= shift();
  return original(path, back.data());
}

int futimens(int file, const timespec* times) noexcept {
  using Call = int (*)(int, const timespec*);
  static const auto original = original_of<Call>("futimens");
  if (times == nullptr) return original(file, times);
  return original(file, moved_back(times).data());
}

}  // extern "C"
