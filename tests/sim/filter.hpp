#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "sim/entity.hpp"

namespace mactiond::sim {

struct Machine;

/// A constant in a filter; monostate is null.
using Literal = std::variant<std::monostate, std::string, WallTime, std::int64_t>;

/// One node of a `$filter` expression.
struct Filter {
  enum class Kind : std::uint8_t { Compare, In, StartsWith, Contains, And, Or, Not };
  enum class Comparison : std::uint8_t { Eq, Ne, Gt, Ge, Lt, Le };
  Kind kind = Kind::Compare;
  Comparison comparison = Comparison::Eq;
  Property property = Property::Id;
  std::vector<Literal> literals;  ///< all of them for In, else one
  std::vector<Filter> operands;   ///< two or more for And and Or, one for Not
};

/// What a query over one kind of resource may name.
struct Vocabulary {
  std::string_view type;
  std::optional<Property> (*property)(std::string_view name);
  std::optional<std::string_view> (*key)(std::string_view name);  ///< of $select
};
inline constexpr Vocabulary kMachineActionWords{"microsoft.windowsDefenderATP.api.MachineAction",
                                                parse_property, parse_key};

/// Null is equal to null only and neither less nor greater than anything.
[[nodiscard]] bool matches(const Filter& filter, const Entity& entity);
[[nodiscard]] bool matches(const Filter& filter, const Machine& machine);

/// Whether any node names the property, or is of the kind.
[[nodiscard]] bool mentions(const Filter& filter, Property property);
[[nodiscard]] bool mentions(const Filter& filter, Filter::Kind kind);

/// Why a query is answered with 400 ODataError.
struct BadQuery {
  std::string message;
};
[[noreturn]] void throw_exception_from_error(const BadQuery& error,
                                             const boost::source_location& location);

template <class T>
using QueryResult = boost::system::result<T, BadQuery>;

/// Nesting beyond this is refused rather than followed.
inline constexpr int kFilterDepthMax = 64;

/// Reads a `$filter` expression, already percent-decoded.
[[nodiscard]] QueryResult<Filter> parse_filter(std::string_view text,
                                               const Vocabulary& words = kMachineActionWords);

}  // namespace mactiond::sim
