#include "sim/odata.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace mactiond::sim {
namespace {

using Kind = Filter::Kind;
using Comparison = Filter::Comparison;

QueryResult<std::size_t> parse_count(std::string_view name, std::string_view text,
                                     std::size_t limit) {
  std::size_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || stop != text.data() + text.size()) {
    return BadQuery{"Invalid value '" + std::string(text) + "' for " + std::string(name) +
                    " query option found. It must be a non-negative integer."};
  }
  if (value > limit) {
    return BadQuery{"The limit of '" + std::to_string(limit) + "' for " + std::string(name) +
                    " query has been exceeded. The value from the incoming request is '" +
                    std::string(text) + "'."};
  }
  return value;
}

BadQuery unknown_name(std::string_view name, const Vocabulary& words) {
  return {"Could not find a property named '" + std::string(name) + "' on type '" +
          std::string(words.type) + "'."};
}

QueryResult<KeySelection> parse_select(std::string_view text, const Vocabulary& words) {
  KeySelection keys;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view name = trim(text.substr(0, comma));
    const auto key = words.key(name);
    if (!key) return unknown_name(name, words);
    keys.emplace_back(*key);
    if (comma == text.size()) return keys;
    text.remove_prefix(comma + 1);
  }
}

QueryResult<std::vector<OrderKey>> parse_order(std::string_view text, const Vocabulary& words) {
  std::vector<OrderKey> keys;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view item = trim(text.substr(0, comma));
    const std::size_t blank = std::min(item.find(' '), item.size());
    const auto property = words.property(item.substr(0, blank));
    const std::string_view direction = trim(item.substr(blank));
    const bool descending = iequals(direction, "desc");
    if (!property || !(descending || direction.empty() || iequals(direction, "asc"))) {
      return BadQuery{"Invalid $orderby expression '" + std::string(item) + "'."};
    }
    keys.push_back({*property, descending});
    if (comma == text.size()) return keys;
    text.remove_prefix(comma + 1);
  }
}

/// Stores one `$` option; the message of a refusal, or nothing.
std::optional<BadQuery> apply(ListOptions& options, const std::string& name,
                              const std::string& value, const Vocabulary& words) {
  if (name == "$filter") {
    auto filter = parse_filter(value, words);
    if (!filter) return filter.error();
    options.filter = std::move(*filter);
  } else if (name == "$orderby") {
    auto order = parse_order(value, words);
    if (!order) return order.error();
    options.order = std::move(*order);
  } else if (name == "$select") {
    auto select = parse_select(value, words);
    if (!select) return select.error();
    options.select = std::move(*select);
  } else if (name == "$top") {
    const auto top = parse_count(name, value, kTopMax);
    if (!top) return top.error();
    options.top = *top;
  } else if (name == "$skip") {
    const auto skip = parse_count(name, value, std::size_t{1} << 40U);
    if (!skip) return skip.error();
    options.skip = *skip;
  } else if (name == "$count") {
    options.count = iequals(value, "true");
    if (!options.count && !iequals(value, "false")) {
      return BadQuery{"Invalid value '" + value + "' for $count query option found."};
    }
  } else {
    return BadQuery{"The query option '" + name + "' is not supported."};
  }
  return std::nullopt;
}

Filter comparison_of(Property property, Comparison comparison, Literal literal) {
  Filter filter;
  filter.property = property;
  filter.comparison = comparison;
  filter.literals.push_back(std::move(literal));
  return filter;
}

Filter any_of(std::vector<Filter> operands) {
  Filter filter;
  filter.kind = Kind::Or;
  filter.operands = std::move(operands);
  return filter;
}

Filter filter_of(const core::Query& query) {
  using Query = core::Query::Kind;
  const Filter created = comparison_of(Property::CreationDateTimeUtc, Comparison::Ge, query.since);
  switch (query.kind) {
    case Query::ChangedSince:
      return comparison_of(Property::LastUpdateDateTimeUtc, Comparison::Ge, query.since);
    case Query::CreatedSince:
      return created;
    case Query::OpenOrCreatedSince:
      return any_of({comparison_of(Property::Status, Comparison::Eq, "Pending"),
                     comparison_of(Property::Status, Comparison::Eq, "InProgress"), created});
    case Query::IdIn:
    case Query::IdEq:
      break;
  }
  std::vector<Filter> equal;
  Filter in;
  in.kind = Kind::In;
  for (const ActionId& id : query.ids) {
    in.literals.emplace_back(id.value);
    equal.push_back(comparison_of(Property::Id, Comparison::Eq, id.value));
  }
  return query.kind == Query::IdIn ? in : any_of(std::move(equal));
}

}  // namespace

QueryResult<ListOptions> parse_list_options(std::string_view query, const Vocabulary& words) {
  ListOptions options;
  std::vector<std::string> seen;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view item = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = std::min(item.find('='), item.size());
    const auto name = percent_decode(item.substr(0, equals), true);
    const auto value = percent_decode(item.substr(std::min(equals + 1, item.size())), true);
    if (!name || !value) return BadQuery{"The query string is not well encoded."};
    if (!name->starts_with('$')) continue;
    const std::string option = to_lower(*name);
    if (std::find(seen.begin(), seen.end(), option) != seen.end()) {
      return BadQuery{"Query option '" + option + "' was specified more than once."};
    }
    seen.push_back(option);
    if (auto bad = apply(options, option, *value, words)) return std::move(*bad);
    if (option != "$skip") options.text.emplace_back(option, *value);
  }
  return options;
}

ListOptions to_list_options(const core::Query& query) {
  ListOptions options;
  options.filter = filter_of(query);
  if (query.kind == core::Query::Kind::ChangedSince) {
    options.order.push_back({Property::LastUpdateDateTimeUtc, false});
  }
  options.top = static_cast<std::size_t>(std::max(query.top, 0));
  options.skip = static_cast<std::size_t>(std::max(query.skip, 0));
  return options;
}

}  // namespace mactiond::sim
