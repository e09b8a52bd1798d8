#include "disk_space.hpp"

#include <sys/statvfs.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "doctor/store_checks.hpp"

namespace mactiond::daemon {
namespace {

Result<doctor::Space> read_space(const std::string& directory) {
  struct statvfs disk {};
  if (statvfs(directory.c_str(), &disk) != 0) {
    return Error(Errc::PathNotUsable,
                 directory + " (" + std::generic_category().message(errno) + ')');
  }
  return doctor::Space{directory, std::uint64_t{disk.f_bavail} * disk.f_frsize, disk.f_favail,
                       disk.f_files > 0};
}

}  // namespace

doctor::Checks check_space(const config::Config& config) {
  const std::string log = std::filesystem::path(config.transition_log.path).parent_path().string();
  return {doctor::space_check({"store"}, read_space(config.daemon.state_dir)),
          doctor::space_check({"transition_log"}, read_space(log))};
}

}  // namespace mactiond::daemon
