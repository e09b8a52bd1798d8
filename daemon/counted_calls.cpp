#include "counted_calls.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "base/system_clock.hpp"

namespace mactiond::daemon {
namespace {

namespace fs = std::filesystem;

/// What root makes in the directory of another user must be that user's: else its daemon could not
/// open it.
void give_to_owner(const std::string& directory) {
  struct stat owner {};
  if (geteuid() != 0 || stat(directory.c_str(), &owner) != 0 || owner.st_uid == 0) return;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(directory, ec)) {
    const std::string path = entry.path().string();
    struct stat found {};
    const bool ours = entry.path().filename().string().starts_with("store.");
    if (!ours || lstat(path.c_str(), &found) != 0 || found.st_uid != 0) continue;
    // Its daemon says so if it cannot open it.
    static_cast<void>(lchown(path.c_str(), owner.st_uid, owner.st_gid) == 0);
  }
}

bool has_lines(const std::string& log) {
  std::error_code ec;
  return fs::file_size(log, ec) > 0 && !ec;
}

std::string whole_seconds(Duration wait) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()) + " s";
}

}  // namespace

Result<CountedCalls> CountedCalls::open(const config::Config& config, const Clock& /*clock*/) {
  const std::string& directory = config.daemon.state_dir;
  auto store = store::Store::open(directory);
  if (store || store.error().code != Errc::StoreInUse) give_to_owner(directory);
  if (!store) return store.error();
  auto snapshot = store->load();
  if (!snapshot) return snapshot.error();
  const bool is_new = snapshot->last_seq == 0 && snapshot->quotas.empty();
  const bool past_unknown = is_new && has_lines(config.transition_log.path);
  return CountedCalls(std::move(*store), std::move(*snapshot), read_boot_id(), past_unknown);
}

std::optional<doctor::ListFailure> CountedCalls::take(const core::RegionOptions& region, Now now) {
  using Why = doctor::ListFailure::Why;
  if (past_unknown_) {
    return doctor::ListFailure{
        Why::NotAsked,
        "the store is new and the transition log is not: how many calls were made "
        "in the last hour is not known; start the daemon"};
  }
  const std::string& counted_by = region.counted_by();
  auto [limiter, is_new] = limiters_.try_emplace(counted_by, region.quota, boot_id_);
  if (is_new) {
    std::vector<core::QuotaRow> rows;
    for (const core::QuotaRow& row : quotas_) {
      if (row.region == counted_by) rows.push_back(row);
    }
    limiter->second.restore(rows, now.mono);
  }
  if (const auto when = limiter->second.try_take(core::Lane::Operator, now.mono)) {
    return doctor::ListFailure{
        Why::NoQuota, "the region's quota has no call before " + whole_seconds(*when - now.mono)};
  }
  core::Batch batch;
  limiter->second.write_rows(counted_by, batch.quotas);
  const auto counted = store_.commit(batch);
  if (counted) return std::nullopt;
  return doctor::ListFailure{Why::NotAsked,
                             "the call could not be counted: " + counted.error().message()};
}

}  // namespace mactiond::daemon
