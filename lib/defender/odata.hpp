#pragma once

#include <string>
#include <string_view>

namespace mactiond::defender {

/// Text as an OData literal: in single quotes, with those inside doubled.
[[nodiscard]] std::string odata_text(std::string_view text);

/// Percent-encodes an expression as the value of a query option. Characters that are frequent in
/// OData stay readable, and a list of ids stays short.
[[nodiscard]] std::string encode_expression(std::string_view text);

}  // namespace mactiond::defender
