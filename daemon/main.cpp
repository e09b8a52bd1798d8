#include <malloc.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <system_error>
#include <variant>

#include "app.hpp"
#include "cli.hpp"
#include "config/loader.hpp"

namespace {

constexpr int kExitSoftware = 70;
constexpr int kExitIo = 74;
constexpr int kExitConfig = 78;

mactiond::config::Environment environment() {
  mactiond::config::Environment result;
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) == 0) result.host_name = name.data();
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory != nullptr) result.credentials_directory = directory;
  return result;
}

bool write_out(const std::string& text) {
  return std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
}

int run(int argc, char** argv) {
  const auto parsed = mactiond::daemon::parse_command_line(argc, argv);
  if (const int* exit_code = std::get_if<int>(&parsed)) return *exit_code;
  const auto& command_line = std::get<mactiond::daemon::CommandLine>(parsed);

  const auto surroundings = environment();
  auto loaded = mactiond::config::load_file(command_line.config, surroundings);
  for (const auto& problem : loaded.problems) {
    std::fprintf(stderr, "%s\n", problem.text().c_str());
  }
  if (!loaded.ok()) return kExitConfig;
  if (command_line.print_config && !write_out(mactiond::config::print(loaded.config))) {
    std::fprintf(stderr, "mactiond: the configuration cannot be printed: %s\n",
                 std::generic_category().message(errno).c_str());
    return kExitIo;
  }
  if (command_line.check_config || command_line.print_config) return 0;
  return mactiond::daemon::run(std::move(loaded.config), command_line.config, surroundings);
}

}  // namespace

int main(int argc, char** argv) {
  // Fixed: by default the limits grow with the largest block that was ever freed, and the memory
  // of one large page would stay with the process.
  mallopt(M_MMAP_THRESHOLD, 256 * 1024);
  mallopt(M_TRIM_THRESHOLD, 256 * 1024);
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "event=failed error=\"%s\"\n", error.what());
  }
  return kExitSoftware;
}
