#include "sim/filter.hpp"

#include <algorithm>
#include <array>
#include <boost/throw_exception.hpp>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/iso_time.hpp"
#include "base/text.hpp"
#include "sim/machine.hpp"

namespace mactiond::sim {
namespace {

using Kind = Filter::Kind;
using Comparison = Filter::Comparison;

constexpr std::array<std::pair<Comparison, std::string_view>, 6> kComparisons{{
    {Comparison::Eq, "eq"},
    {Comparison::Ne, "ne"},
    {Comparison::Gt, "gt"},
    {Comparison::Ge, "ge"},
    {Comparison::Lt, "lt"},
    {Comparison::Le, "le"},
}};

struct Token {
  enum class Kind : std::uint8_t { Word, String, Open, Close, Comma, End };
  Kind kind = Kind::End;
  std::string text;  ///< of a string: without its quotes, doubled quotes made single
  std::size_t position = 0;
};

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool ends_word(char c) { return is_blank(c) || c == '(' || c == ')' || c == ',' || c == '\''; }

QueryResult<Token> read_string(std::string_view text, std::size_t& at) {
  Token token{Token::Kind::String, "", at};
  for (++at; at < text.size(); ++at) {
    if (text[at] != '\'') {
      token.text += text[at];
    } else if (at + 1 < text.size() && text[at + 1] == '\'') {
      token.text += text[at++];
    } else {
      ++at;
      return token;
    }
  }
  return BadQuery{"There is an unterminated string literal at position " +
                  std::to_string(token.position) + "."};
}

QueryResult<std::vector<Token>> tokenize(std::string_view text) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (is_blank(c)) {
      ++at;
    } else if (c == '\'') {
      auto token = read_string(text, at);
      if (!token) return token.error();
      tokens.push_back(std::move(*token));
    } else if (c == '(' || c == ')' || c == ',') {
      const auto kind =
          c == '(' ? Token::Kind::Open : (c == ')' ? Token::Kind::Close : Token::Kind::Comma);
      tokens.push_back({kind, std::string(1, c), at++});
    } else {
      const std::size_t begin = at;
      while (at < text.size() && !ends_word(text[at])) ++at;
      tokens.push_back({Token::Kind::Word, std::string(text.substr(begin, at - begin)), begin});
    }
  }
  tokens.push_back({Token::Kind::End, "", text.size()});
  return tokens;
}

bool has_zone(std::string_view text) {
  if (text.ends_with('Z') || text.ends_with('z')) return true;
  return text.size() > 6 && text[text.size() - 3] == ':' &&
         (text[text.size() - 6] == '+' || text[text.size() - 6] == '-');
}

std::optional<Literal> parse_literal(const Token& token) {
  if (token.kind == Token::Kind::String) return Literal(token.text);
  if (token.kind != Token::Kind::Word) return std::nullopt;
  if (token.text == "null") return Literal();
  std::int64_t number = 0;
  const char* end = token.text.data() + token.text.size();
  const auto [stop, error] = std::from_chars(token.text.data(), end, number);
  if (error == std::errc() && stop == end) return Literal(number);
  if (!has_zone(token.text)) return std::nullopt;
  if (const auto time = parse_iso_time(token.text)) return Literal(*time);
  return std::nullopt;
}

/// An unquoted GUID is one only where the property is; elsewhere it is a word out of place.
std::optional<Literal> parse_literal_of(Property property, const Token& token) {
  if (token.kind == Token::Kind::Word && takes_guid(property) && is_guid(token.text)) {
    return Literal(to_lower(token.text));
  }
  return parse_literal(token);
}

bool fits(Property property, const Literal& literal) {
  if (std::holds_alternative<std::monostate>(literal)) return true;
  if (is_time(property)) return std::holds_alternative<WallTime>(literal);
  if (is_number(property)) return std::holds_alternative<std::int64_t>(literal);
  return std::holds_alternative<std::string>(literal);
}

/// or := and { "or" and };  and := unary { "and" unary };  unary := "not" unary | primary;
/// primary := "(" or ")" | function "(" property "," string ")" | property comparison literal
/// | property "in" "(" literal { "," literal } ")";  function := "startswith" | "contains"
class FilterParser {
 public:
  FilterParser(std::vector<Token> tokens, const Vocabulary& words)
      : tokens_(std::move(tokens)), words_(words) {}

  QueryResult<Filter> parse() {
    auto filter = parse_chain(Kind::Or, 0);
    if (!filter) return filter;
    if (peek().kind != Token::Kind::End) return unexpected();
    return filter;
  }

 private:
  const Token& peek() const { return tokens_[at_]; }
  Token take() { return at_ + 1 < tokens_.size() ? tokens_[at_++] : tokens_[at_]; }
  bool next_is(std::string_view word) const {
    return peek().kind == Token::Kind::Word && iequals(peek().text, word);
  }
  bool skip(Token::Kind kind) {
    if (peek().kind != kind) return false;
    take();
    return true;
  }
  bool skip_word(std::string_view word) {
    if (!next_is(word)) return false;
    take();
    return true;
  }
  BadQuery unexpected() const {
    const Token& token = peek();
    return {"Syntax error at position " + std::to_string(token.position) +
            (token.kind == Token::Kind::End ? ": the expression ends too early."
                                            : ": '" + token.text + "' is not expected here.")};
  }

  QueryResult<Filter> parse_chain(Kind kind, int depth) {
    const bool is_or = kind == Kind::Or;
    Filter chain;
    chain.kind = kind;
    do {
      auto operand = is_or ? parse_chain(Kind::And, depth) : parse_unary(depth);
      if (!operand) return operand;
      chain.operands.push_back(std::move(*operand));
    } while (skip_word(is_or ? "or" : "and"));
    if (chain.operands.size() > 1) return chain;
    Filter only = std::move(chain.operands.front());
    return only;
  }

  QueryResult<Filter> parse_unary(int depth) {
    if (depth > kFilterDepthMax) return BadQuery{"The expression is nested too deeply."};
    if (skip_word("not")) {
      auto operand = parse_unary(depth + 1);
      if (!operand) return operand;
      Filter negation;
      negation.kind = Kind::Not;
      negation.operands.push_back(std::move(*operand));
      return negation;
    }
    if (skip(Token::Kind::Open)) {
      auto inner = parse_chain(Kind::Or, depth + 1);
      if (!inner) return inner;
      if (!skip(Token::Kind::Close)) return unexpected();
      return inner;
    }
    if (next_is("startswith")) return parse_function(Kind::StartsWith);
    if (next_is("contains")) return parse_function(Kind::Contains);
    return parse_comparison();
  }

  QueryResult<Filter> parse_function(Kind kind) {
    const std::string name = take().text;
    if (!skip(Token::Kind::Open)) return unexpected();
    Filter filter;
    filter.kind = kind;
    const auto property = parse_name();
    if (!property) return property.error();
    filter.property = *property;
    if (is_time(*property) || is_number(*property)) {
      return BadQuery{name + " needs a text property."};
    }
    if (!skip(Token::Kind::Comma)) return unexpected();
    if (peek().kind != Token::Kind::String) return unexpected();
    filter.literals.emplace_back(take().text);
    if (!skip(Token::Kind::Close)) return unexpected();
    return filter;
  }

  QueryResult<Property> parse_name() {
    if (peek().kind != Token::Kind::Word) return unexpected();
    const auto property = words_.property(peek().text);
    if (!property) {
      return BadQuery{"Could not find a property named '" + peek().text + "' on type '" +
                      std::string(words_.type) + "'."};
    }
    take();
    return *property;
  }

  QueryResult<Filter> parse_comparison() {
    Filter filter;
    const auto property = parse_name();
    if (!property) return property.error();
    filter.property = *property;
    if (skip_word("in")) {
      filter.kind = Kind::In;
      return parse_members(std::move(filter));
    }
    const auto row = std::find_if(kComparisons.begin(), kComparisons.end(),
                                  [this](const auto& r) { return next_is(r.second); });
    if (row == kComparisons.end()) return unexpected();
    take();
    filter.comparison = row->first;
    return parse_operand(std::move(filter));
  }

  QueryResult<Filter> parse_members(Filter filter) {
    if (!skip(Token::Kind::Open)) return unexpected();
    do {
      auto more = parse_operand(std::move(filter));
      if (!more) return more;
      filter = std::move(*more);
    } while (skip(Token::Kind::Comma));
    if (!skip(Token::Kind::Close)) return unexpected();
    return filter;
  }

  QueryResult<Filter> parse_operand(Filter filter) {
    auto literal = parse_literal_of(filter.property, peek());
    if (!literal) return unexpected();
    if (!fits(filter.property, *literal)) {
      return BadQuery{"A binary operator with incompatible types was detected at position " +
                      std::to_string(peek().position) + "."};
    }
    take();
    filter.literals.push_back(std::move(*literal));
    return filter;
  }

  std::vector<Token> tokens_;
  const Vocabulary& words_;
  std::size_t at_ = 0;
};

template <class Value>
bool compare(Comparison comparison, const Value& left, const Value& right) {
  switch (comparison) {
    case Comparison::Eq:
      return left == right;
    case Comparison::Ne:
      return left != right;
    case Comparison::Gt:
      return left > right;
    case Comparison::Ge:
      return left >= right;
    case Comparison::Lt:
      return left < right;
    case Comparison::Le:
      return left <= right;
  }
  return false;
}

bool holds(Comparison comparison, const FieldValue& value, const Literal& literal) {
  const bool null_value = std::holds_alternative<std::monostate>(value);
  const bool null_literal = std::holds_alternative<std::monostate>(literal);
  if (null_value || null_literal) {
    if (comparison == Comparison::Eq) return null_value && null_literal;
    return comparison == Comparison::Ne && null_value != null_literal;
  }
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    return compare(comparison, *text, std::string_view(std::get<std::string>(literal)));
  }
  if (const auto* time = std::get_if<WallTime>(&value)) {
    return compare(comparison, *time, std::get<WallTime>(literal));
  }
  return compare(comparison, std::get<std::int64_t>(value), std::get<std::int64_t>(literal));
}

bool starts_with(const FieldValue& value, const Literal& prefix) {
  const auto* text = std::get_if<std::string_view>(&value);
  return text != nullptr && text->starts_with(std::get<std::string>(prefix));
}

bool contains(const FieldValue& value, const Literal& part) {
  const auto* text = std::get_if<std::string_view>(&value);
  return text != nullptr && text->find(std::get<std::string>(part)) != text->npos;
}

template <class Resource>
bool matches_any(const Filter& filter, const Resource& resource) {
  const auto holds_for = [&resource](const Filter& operand) {
    return matches_any(operand, resource);
  };
  switch (filter.kind) {
    case Kind::Compare:
      return holds(filter.comparison, field(resource, filter.property), filter.literals.front());
    case Kind::In: {
      const FieldValue value = field(resource, filter.property);
      return std::any_of(
          filter.literals.begin(), filter.literals.end(),
          [&value](const Literal& literal) { return holds(Comparison::Eq, value, literal); });
    }
    case Kind::StartsWith:
      return starts_with(field(resource, filter.property), filter.literals.front());
    case Kind::Contains:
      return contains(field(resource, filter.property), filter.literals.front());
    case Kind::And:
      return std::all_of(filter.operands.begin(), filter.operands.end(), holds_for);
    case Kind::Or:
      return std::any_of(filter.operands.begin(), filter.operands.end(), holds_for);
    case Kind::Not:
      return !matches_any(filter.operands.front(), resource);
  }
  return false;
}

}  // namespace

bool matches(const Filter& filter, const Entity& entity) { return matches_any(filter, entity); }

bool matches(const Filter& filter, const Machine& machine) { return matches_any(filter, machine); }

bool mentions(const Filter& filter, Property property) {
  if (filter.operands.empty()) return filter.property == property;
  return std::any_of(filter.operands.begin(), filter.operands.end(),
                     [property](const Filter& operand) { return mentions(operand, property); });
}

bool mentions(const Filter& filter, Filter::Kind kind) {
  return filter.kind == kind ||
         std::any_of(filter.operands.begin(), filter.operands.end(),
                     [kind](const Filter& operand) { return mentions(operand, kind); });
}

void throw_exception_from_error(const BadQuery& error, const boost::source_location& location) {
  boost::throw_exception(std::invalid_argument(error.message), location);
}

QueryResult<Filter> parse_filter(std::string_view text, const Vocabulary& words) {
  auto tokens = tokenize(text);
  if (!tokens) return tokens.error();
  return FilterParser(std::move(*tokens), words).parse();
}

}  // namespace mactiond::sim
