#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "config/config.hpp"
#include "config/document.hpp"

namespace mactiond::config {

/// One thing wrong, or worth a warning, in a configuration file.
struct Problem {
  std::string file;
  Place place;
  std::string message;
  bool warning = false;

  /// "FILE:LINE:COLUMN: message", or "FILE:LINE:COLUMN: warning: message"
  [[nodiscard]] std::string text() const;
};

/// What loading needs from outside the file.
struct Environment {
  std::string host_name;
  std::string credentials_directory;  ///< $CREDENTIALS_DIRECTORY, empty if unset
  /// Where a credential is looked for while there is no credentials_directory, in this order.
  std::vector<std::string> credential_stores = {};
  /// The file is only checked or printed: a credential that is out of reach here is a warning.
  bool only_checks = false;
  /// False: what the text names outside itself (secrets, certificates) is not looked at, so that
  /// the answer says nothing about it. Such values stay empty.
  bool opens_files = true;
  /// When the file is read: what has ended by then is a warning.
  WallTime now{};
};

struct LoadResult {
  Config config;  ///< complete only if ok()
  std::vector<Problem> problems;
  std::vector<std::string> files;
  Node document;                  ///< all files as one, with defaults: what config was read from
  [[nodiscard]] bool ok() const;  ///< no problem that is not a warning
  [[nodiscard]] std::size_t warnings() const;
  /// The texts of all problems but the warnings.
  [[nodiscard]] std::vector<std::string> errors() const;
  /// "2 regions, 3 policies (1 dry run), 4 webhooks, 0 warnings"
  [[nodiscard]] std::string summary() const;
  /// Adds an error, or a warning, at the key of the index-th table of a section, or at the table
  /// where it lacks the key.
  void fail(const std::string& section, std::size_t index, const std::string& key,
            const std::string& message) {
    add(section, index, key, message, false);
  }
  void warn(const std::string& section, std::size_t index, const std::string& key,
            const std::string& message) {
    add(section, index, key, message, true);
  }

 private:
  void add(const std::string& section, std::size_t index, const std::string& key,
           const std::string& message, bool warning);
};

/// The text of one file of a configuration; path names it in problems.
struct SourceText {
  std::string path;
  std::string text;
};

/// More is refused.
inline constexpr std::size_t kFileMax = std::size_t{1} << 20U;

/// Reads the file, conf.d/*.toml beside it, and every secret they refer to; reports all problems,
/// not only the first. Touches no network and no state.
[[nodiscard]] LoadResult load_file(const std::string& path, const Environment& environment);
/// The same for texts, which are one configuration.
[[nodiscard]] LoadResult load_sources(const std::vector<SourceText>& sources,
                                      const Environment& environment);
[[nodiscard]] LoadResult load_text(std::string_view text, const std::string& path,
                                   const Environment& environment);

enum class Printed : std::uint8_t { All, Changed };

/// The effective configuration as TOML, with the place that each value comes from: every option, or
/// those alone that do not have their default. A secret is shown as its reference, and as "***"
/// where it is in the file itself. loaded is ok().
[[nodiscard]] std::string print(const LoadResult& loaded, Printed what);

}  // namespace mactiond::config
