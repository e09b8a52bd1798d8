#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "config/value_types.hpp"

namespace mactiond::config {

// Types of values that prove to a receiver who is calling; see value_types.hpp.

/// A reference to "user:password", or empty.
struct BasicCredential {
  bool read(const Node& node, SecretValue& value, Reader& reader) const;
  [[nodiscard]] std::string print(const SecretValue& value) const;
};

/// A readable file with a PEM private key that others may not read, or empty.
struct PrivateKeyFile {
  bool read(const Node& node, std::string& value, Reader& reader) const;
  [[nodiscard]] std::string print(const std::string& value) const { return toml_text(value); }
};

/// The path of a file with a token, or empty.
struct TokenFile {
  bool read(const Node& node, std::string& value, Reader& reader) const;
  [[nodiscard]] std::string print(const std::string& value) const { return toml_text(value); }
};

/// A table of HTTP headers; each value is plain text or a secret reference. The headers that the
/// client or the signature sets are not for here.
struct Headers {
  bool read(const Node& node, std::vector<HeaderValue>& value, Reader& reader) const;
  [[nodiscard]] std::string print(const std::vector<HeaderValue>& value) const;
};

}  // namespace mactiond::config
