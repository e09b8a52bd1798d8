#pragma once

#include <string>

#include "sim/links.hpp"

namespace mactiond::sim {

/// The bytes of an artifact: of a package a ZIP archive, of a script's output the JSON document
/// that the service makes of it, of a file its gzip.
[[nodiscard]] std::string make_content(const Artifact& artifact, const LinkOptions& options);
[[nodiscard]] std::string content_type(const Artifact& artifact);

}  // namespace mactiond::sim
