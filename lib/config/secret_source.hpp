#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "config/loader.hpp"

namespace mactiond::config {

/// Whether text has the form of a reference: file:…, env:… or credential:….
[[nodiscard]] bool is_secret_reference(std::string_view text);

/// Whether a secret may begin or end with a blank, as a password of a user:password may.
enum class BlankEnds { Refused, Allowed };

/// Reads `file:/path`, `env:NAME` or `credential:NAME`; one trailing newline is cut. A file that
/// everybody may read or write, an empty secret, and one with control characters or a byte order
/// mark are Errc::InvalidSecret like a missing one; `where` says why, and never repeats a text that
/// is not a reference: it may be the secret itself.
[[nodiscard]] Result<Secret> read_secret(const std::string& source, const Environment& environment,
                                         BlankEnds ends = BlankEnds::Refused);

/// The file that a credential is read from: of $CREDENTIALS_DIRECTORY, else the first that there
/// is in the credential stores. Empty where there is none.
[[nodiscard]] std::string credential_file(const std::string& name, const Environment& environment);

/// Why a credential cannot be judged where the file is only checked: no daemon runs here, and what
/// systemd would load is not to be seen. Empty where the source can be read, or is wrong anyway.
[[nodiscard]] std::string out_of_reach(const std::string& source, const Environment& environment);

/// Reads a file as it is, under the same rules; source names it in `where`. At most 64 KiB.
[[nodiscard]] Result<Secret> read_secret_file(const std::string& path, std::string_view source);

}  // namespace mactiond::config
