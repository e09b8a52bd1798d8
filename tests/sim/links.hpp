#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "sim/refusal.hpp"

namespace mactiond::sim {

/// What a link leads to.
struct Artifact {
  enum class Kind : std::uint8_t { Package, ScriptOutput, File };
  Kind kind = Kind::Package;
  std::string name;  ///< of the action, the script or the file
};

/// How links and what they lead to behave.
struct LinkOptions {
  std::string scheme = "https";
  std::string host;            ///< empty: the host that was asked for the link
  bool quoted_package = true;  ///< a package link stands inside a second pair of quotes
  bool entities = false;       ///< the link is written with &amp; for &
  bool ranges = true;          ///< a part of an artifact can be had
  bool tags = true;            ///< an artifact has an ETag
  Duration lifetime = std::chrono::minutes(30);
  std::uint64_t package_bytes = 4096;
  std::uint64_t file_bytes = 4096;
  std::string script_output = "done\n";
  std::string script_errors;
  int script_exit_code = 0;
};

/// The links given out: who has the token may read, for as long as the link lives.
class LinkBook {
 public:
  explicit LinkBook(std::uint64_t seed) : random_(seed) {}

  /// The token of a new link.
  [[nodiscard]] std::string issue(Artifact artifact, WallTime expires);
  /// Of all links given out, in no order.
  [[nodiscard]] std::vector<std::string> tokens() const;
  /// bearer: the request carries an Authorization header, which a link does not take.
  [[nodiscard]] Answer<Artifact> open(std::string_view token, bool bearer, WallTime now) const;

 private:
  struct Issued {
    Artifact artifact;
    WallTime expires{};
  };
  Random random_;
  std::map<std::string, Issued, std::less<>> issued_;
};

/// The bytes that a request wants of an artifact.
struct ByteRange {
  enum class Kind : std::uint8_t { Whole, Part, None };  ///< None: it begins behind the end
  Kind kind = Kind::Whole;
  std::size_t first = 0;
  std::size_t length = 0;
};

/// header: the text of Range. Several ranges, or a text that is none, mean the whole.
[[nodiscard]] ByteRange pick_range(std::optional<std::string_view> header, std::size_t size);

}  // namespace mactiond::sim
