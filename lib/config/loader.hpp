#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace mactiond::config {

/// One thing wrong, or worth a warning, in a configuration file.
struct Problem {
  std::string file;
  unsigned line = 0;
  unsigned column = 0;
  std::string message;
  bool warning = false;

  /// "FILE:LINE:COLUMN: message", or "FILE:LINE:COLUMN: warning: message"
  [[nodiscard]] std::string text() const;
};

/// What loading needs from outside the file.
struct Environment {
  std::string host_name;
  std::string credentials_directory;  ///< $CREDENTIALS_DIRECTORY, empty if unset
};

struct LoadResult {
  Config config;  ///< complete only if ok()
  std::vector<Problem> problems;
  [[nodiscard]] bool ok() const;  ///< no problem that is not a warning
  /// The texts of all problems but the warnings.
  [[nodiscard]] std::vector<std::string> errors() const;
};

/// Reads file and every secret it refers to; reports all problems, not only the first. Touches no
/// network and no state.
[[nodiscard]] LoadResult load_file(const std::string& path, const Environment& environment);
/// The same for text; path names it in problems.
[[nodiscard]] LoadResult load_text(std::string_view text, const std::string& path,
                                   const Environment& environment);

/// The effective configuration as TOML, every option, secrets as "***".
[[nodiscard]] std::string print(const Config& config);

}  // namespace mactiond::config
