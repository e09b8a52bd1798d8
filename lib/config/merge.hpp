#pragma once

#include "config/document.hpp"
#include "config/reader.hpp"

namespace mactiond::config {

/// Adds what another file holds: the tables of a list at the end of the list, the keys of a table
/// to the table. A key that root has already is reported with both places, and left out.
void merge(Node& root, Node more, Reader& reader);

/// Fills the keys of [defaults.region] and [defaults.webhook] into the tables of [[region]] and
/// [[webhook]] that do not set them.
void apply_defaults(Node& root);

}  // namespace mactiond::config
