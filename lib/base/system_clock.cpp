#include "base/system_clock.hpp"

#include <cstdlib>
#include <ctime>
#include <fstream>

namespace mactiond {
namespace {

Duration read(clockid_t id) {
  timespec spec{};
  clock_gettime(id, &spec);
  return std::chrono::seconds(spec.tv_sec) +
         std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(spec.tv_nsec));
}

}  // namespace

Now SystemClock::now() const {
  return Now{WallTime(read(CLOCK_REALTIME)), MonoTime(read(CLOCK_BOOTTIME))};
}

std::string read_boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  if (id.empty()) {
    // The unit passes systemd's %b, because it hides /proc/sys.
    const char* passed = std::getenv("MACTIOND_BOOT_ID");
    if (passed != nullptr) id = passed;
  }
  std::erase(id, '-');
  return id;
}

}  // namespace mactiond
