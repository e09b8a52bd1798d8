#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "fuzz/entries.hpp"
#include "ops/log_recovery.hpp"

namespace mactiond::fuzz {
namespace {

/// A file that is gone with it.
class File {
 public:
  explicit File(std::string_view content) : fd_(memfd_create("fuzz", MFD_CLOEXEC)) {
    MACTIOND_ASSERT(fd_ >= 0);
    MACTIOND_ASSERT(write(fd_, content.data(), content.size()) ==
                    static_cast<ssize_t>(content.size()));
  }
  ~File() { close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

bool ends_line(std::string_view text) { return text.empty() || text.ends_with('\n'); }

}  // namespace

// The first byte says where the position was committed, in 256ths of the file.
void transition_log(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto part = static_cast<unsigned char>(bytes.front());
  const std::string_view text = bytes.substr(1);
  const File file(text);

  const auto unknown = ops::examine_log(file.fd(), text.size());
  MACTIOND_ASSERT(unknown.has_value() && unknown->whole <= text.size());
  MACTIOND_ASSERT(ends_line(text.substr(0, unknown->whole)));
  // Repaired once is repaired: what is left says the same.
  const auto again = ops::examine_log(file.fd(), unknown->whole);
  MACTIOND_ASSERT(again.has_value() && again->whole == unknown->whole);
  MACTIOND_ASSERT(again->next == unknown->next);

  const std::uint64_t offset = text.size() * part / 256;
  const auto known = ops::examine_log(file.fd(), text.size(), offset, 17);
  MACTIOND_ASSERT(known.has_value() && known->whole <= text.size() && known->next >= 1);
  MACTIOND_ASSERT(ends_line(text.substr(0, known->whole)));
}

}  // namespace mactiond::fuzz
