#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "config/loader.hpp"

namespace mactiond::config {

/// Whether text has the form of a reference: file:…, env:… or credential:….
[[nodiscard]] bool is_secret_reference(std::string_view text);

/// Reads `file:/path`, `env:NAME` or `credential:NAME` anew; one trailing newline is cut. A file
/// that everybody may read or write, an empty secret and one with control characters are
/// Errc::InvalidSecret like a missing one; `where` says why, and never repeats a text that is not
/// a reference: it may be the secret itself.
[[nodiscard]] Result<Secret> read_secret(const std::string& source, const Environment& environment);

/// Reads a file as it is, under the same rules; source names it in `where`. At most 64 KiB.
[[nodiscard]] Result<Secret> read_secret_file(const std::string& path, std::string_view source);

}  // namespace mactiond::config
