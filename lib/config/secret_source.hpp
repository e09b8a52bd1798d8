#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "config/loader.hpp"

namespace mactiond::config {

/// Whether text has the form of a reference: file:…, env:… or credential:….
[[nodiscard]] bool is_secret_reference(std::string_view text);

/// What a secret may hold.
enum class SecretForm : std::uint8_t {
  Text,          ///< one line without blanks at its ends
  Password,      ///< one line, as it is
  Bytes,         ///< anything: a key, a PKCS#12 file
  Certificates,  ///< anything; a file that everybody may read is right unless it holds a key
};

/// Reads `file:/path`, `env:NAME` or `credential:NAME`; of a line one trailing newline is cut. A
/// file that everybody may read or write, an empty secret, and a line with control characters or a
/// byte order mark are Errc::InvalidSecret like a missing one; `where` says why, and never repeats
/// a text that is not a reference: it may be the secret itself.
[[nodiscard]] Result<Secret> read_secret(const std::string& source, const Environment& environment,
                                         SecretForm form = SecretForm::Text);

/// The file that a credential is read from: of $CREDENTIALS_DIRECTORY, else the first that there
/// is in the credential stores. Empty where there is none.
[[nodiscard]] std::string credential_file(const std::string& name, const Environment& environment);

/// The file that a reference leads to; empty for a variable, and for a credential that is nowhere.
[[nodiscard]] std::string secret_file(const std::string& source, const Environment& environment);

/// Why a credential cannot be judged where the file is only checked: no daemon runs here, and what
/// systemd would load is not to be seen. Empty where the source can be read, or is wrong anyway.
[[nodiscard]] std::string out_of_reach(const std::string& source, const Environment& environment);

/// Reads a file as it is, under the same rules; source names it in `where`. At most 64 KiB.
[[nodiscard]] Result<Secret> read_secret_file(const std::string& path, std::string_view source,
                                              SecretForm form = SecretForm::Bytes);

}  // namespace mactiond::config
