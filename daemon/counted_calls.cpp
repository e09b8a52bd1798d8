#include "counted_calls.hpp"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/system_clock.hpp"

namespace mactiond::daemon {
namespace {

namespace fs = std::filesystem;

/// While it lives, root acts as the owner of a directory: what is made there is the owner's, whose
/// daemon has to open it, and a link that the owner laid leads nowhere that the owner may not
/// write.
class AsOwner {
 public:
  explicit AsOwner(const std::string& directory) {
    struct stat owner {};
    if (geteuid() != 0 || stat(directory.c_str(), &owner) != 0 || owner.st_uid == 0) return;
    former_groups_.resize(kGroupsMax);
    const int count = getgroups(kGroupsMax, former_groups_.data());
    failed_ = count < 0;
    if (failed_) return;
    former_groups_.resize(static_cast<std::size_t>(count));
    changed_ = true;
    // The user last: only root may set groups.
    failed_ = setgroups(1, &owner.st_gid) != 0 || setegid(owner.st_gid) != 0 ||
              seteuid(owner.st_uid) != 0;
  }
  AsOwner(const AsOwner&) = delete;
  AsOwner& operator=(const AsOwner&) = delete;
  ~AsOwner() {
    if (!changed_) return;
    // Who was root may always become it again.
    const bool root = seteuid(0) == 0;
    const bool groups =
        setegid(group_) == 0 && setgroups(former_groups_.size(), former_groups_.data()) == 0;
    if (!root || (!groups && !failed_)) std::abort();
  }

  [[nodiscard]] bool failed() const { return failed_; }

 private:
  static constexpr int kGroupsMax = 65'536;

  gid_t group_ = getegid();
  std::vector<gid_t> former_groups_;
  bool changed_ = false;
  bool failed_ = false;
};

bool has_lines(const std::string& log) {
  std::error_code ec;
  return fs::file_size(log, ec) > 0 && !ec;
}

std::string whole_seconds(Duration wait) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()) + " s";
}

}  // namespace

Result<CountedCalls> CountedCalls::open(const config::Config& config) {
  const std::string& directory = config.daemon.state_dir;
  const AsOwner owner(directory);
  if (owner.failed()) return Error(Errc::PathNotUsable, directory);
  auto store = store::Store::open(directory);
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
