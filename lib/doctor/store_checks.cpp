#include "doctor/store_checks.hpp"

namespace mactiond::doctor {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1024} * 1024;
/// Less may be used up by one busy day.
constexpr std::uint64_t kFreeAtLeast = 64 * kMiB;
constexpr std::uint64_t kFilesAtLeast = 16;

const Target kStore{"store"};

}  // namespace

Check space_check(const Target& target, const Result<Space>& space) {
  if (!space) {
    return target.bad("space", space.error().message(),
                      "create the directory for the daemon's user, or correct its path");
  }
  const std::string where = " in " + space->directory;
  if (space->counts_files && space->free_files < kFilesAtLeast) {
    return target.bad("space", "no more files can be made" + where,
                      "remove files from that disk, or make it larger");
  }
  if (space->free_bytes == 0) {
    return target.bad("space", "the disk is full" + where,
                      "remove files from that disk, or make it larger");
  }
  const std::string free = std::to_string(space->free_bytes / kMiB) + " MiB are free" + where;
  if (space->free_bytes >= kFreeAtLeast) return target.good("space", free);
  return target.bad("space", free + ": that is little",
                    "remove files from that disk, or make it larger");
}

Check store_check(const StoreState& state) {
  if (state.trouble) {
    return kStore.bad("content", *state.trouble, "remove that cause; docs/operations.md says how");
  }
  return kStore.good("content", state.read_whole ? "every row can be read"
                                                 : "no fault so far; it is still being read");
}

Check store_check(const Error& error) {
  std::string remedy = "have the daemon's user own the directory and everything in it";
  if (error.code == Errc::StoreCorrupt) remedy = "start the daemon: it keeps what can be read";
  if (error.code == Errc::StoreTooNew) remedy = "install the newer mactiond again";
  return kStore.bad("content", error.message(), remedy);
}

}  // namespace mactiond::doctor
