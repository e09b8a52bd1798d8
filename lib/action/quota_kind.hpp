#pragma once

#include <cstdint>

namespace mactiond {

/// Kinds of calls that the API counts apart (docs/defender-api.md 4).
enum class QuotaKind : std::uint8_t {
  Api,           ///< all but the next two: what [region.quota] is about
  PackageLink,   ///< getPackageUri
  LiveResponse,  ///< runliveresponse
};

}  // namespace mactiond
