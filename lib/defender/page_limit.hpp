#pragma once

#include <string_view>

namespace mactiond::defender {

/// Whether the body of a 400 says that `$top` is beyond a limit, in whatever form and spelling:
/// "The limit of '1000' for Top query has been exceeded", "page size must not be above 500".
/// A query that is only quoted there ("…&$top=10000") says nothing.
[[nodiscard]] bool speaks_of_page_limit(std::string_view body);

}  // namespace mactiond::defender
