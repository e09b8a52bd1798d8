#include <malloc.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include "access.hpp"
#include "app.hpp"
#include "base/exception_text.hpp"
#include "base/exit_code.hpp"
#include "base/printable.hpp"
#include "base/system_clock.hpp"
#include "cli.hpp"
#include "config/loader.hpp"
#include "probe.hpp"
#include "signals.hpp"

namespace {

using mactiond::kExitConfig;
using mactiond::kExitIo;
using mactiond::kExitSoftware;

mactiond::config::Environment environment() {
  mactiond::config::Environment result;
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) == 0) result.host_name = name.data();
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory != nullptr) result.credentials_directory = directory;
  // Where systemd looks for what a unit's LoadCredential= names without a path.
  result.credential_stores = {"/etc/credstore", "/run/credstore", "/usr/local/lib/credstore",
                              "/usr/lib/credstore"};
  return result;
}

int write_out(const std::string& text) {
  if (std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0) return 0;
  std::fprintf(stderr, "mactiond: standard output cannot be written: %s\n",
               std::generic_category().message(errno).c_str());
  return kExitIo;
}

int run(int argc, char** argv) {
  const auto parsed = mactiond::daemon::parse_command_line(argc, argv);
  if (const int* exit_code = std::get_if<int>(&parsed)) return *exit_code;
  const auto& command_line = std::get<mactiond::daemon::CommandLine>(parsed);
  const bool only_reads =
      command_line.check_config || command_line.print_config || command_line.probe;
  // Nothing answers a signal in these: it ends them, as it ends any tool.
  if (only_reads) mactiond::daemon::release_signals();

  auto surroundings = environment();
  surroundings.only_checks = only_reads;
  surroundings.now = mactiond::SystemClock().now().wall;
  auto loaded = mactiond::config::load_file(command_line.config, surroundings);
  if (command_line.check_config) mactiond::daemon::try_access(loaded, surroundings);
  mactiond::daemon::print_problems(loaded.problems);
  if (!loaded.ok()) return kExitConfig;
  if (command_line.strict && loaded.warnings() > 0) {
    std::fputs("mactiond: --strict: a warning counts as an error\n", stderr);
    return kExitConfig;
  }
  if (command_line.print_config) {
    using mactiond::config::Printed;
    return write_out(
        mactiond::config::print(loaded, command_line.changed ? Printed::Changed : Printed::All));
  }
  if (command_line.check_config) return write_out("ok: " + loaded.summary() + '\n');
  if (command_line.probe) {
    return mactiond::daemon::probe(std::move(loaded), surroundings, command_line.probing);
  }
  return mactiond::daemon::run(std::move(loaded), command_line.config, surroundings);
}

}  // namespace

int main(int argc, char** argv) {
  // Fixed: by default the limits grow with the largest block that was ever freed, and the memory
  // of one large page would stay with the process.
  mallopt(M_MMAP_THRESHOLD, 256 * 1024);
  mallopt(M_TRIM_THRESHOLD, 256 * 1024);
  try {
    return run(argc, argv);
  } catch (...) {
    const std::string text = mactiond::exception_text(std::current_exception());
    std::fprintf(stderr, "level=error event=task_failed task=main error=\"%s\"\n",
                 mactiond::printable(text).c_str());
  }
  return kExitSoftware;
}
