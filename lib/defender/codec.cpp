#include "defender/codec.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "defender/entity_reader.hpp"

namespace mactiond::defender {
namespace {

using boost::system::error_code;
using JsonText = boost::json::string_view;

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kRowsMax = 20'000;

enum class Shape : std::uint8_t { List, Entity };

/// Receives Boost.JSON's parse events and keeps nothing but the actions and what is said about
/// the page.
class AnswerHandler {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  // The limits are add_part's: the parser's own would refuse the whole page for one long text.
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  explicit AnswerHandler(Shape shape) : shape_(shape) {}

  bool on_document_begin(error_code& /*ec*/) { return true; }
  bool on_document_end(error_code& /*ec*/) { return true; }
  bool on_object_begin(error_code& ec) { return checked(begin('{'), ec); }
  bool on_object_end(std::size_t /*n*/, error_code& ec) { return checked(end('}'), ec); }
  bool on_array_begin(error_code& ec) { return checked(begin('['), ec); }
  bool on_array_end(std::size_t /*n*/, error_code& ec) { return checked(end(']'), ec); }
  bool on_key_part(JsonText s, std::size_t /*n*/, error_code& ec) {
    return checked(add_part(s), ec);
  }
  bool on_key(JsonText s, std::size_t /*n*/, error_code& ec) { return checked(key(whole(s)), ec); }
  bool on_string_part(JsonText s, std::size_t /*n*/, error_code& ec) {
    return checked(add_part(s), ec);
  }
  bool on_string(JsonText s, std::size_t /*n*/, error_code& ec) {
    return checked(text(whole(s)), ec);
  }
  bool on_number_part(JsonText s, error_code& ec) { return checked(add_part(s), ec); }
  bool on_int64(std::int64_t /*i*/, JsonText s, error_code& ec) { return on_literal(s, ec); }
  bool on_uint64(std::uint64_t /*u*/, JsonText s, error_code& ec) { return on_literal(s, ec); }
  bool on_double(double /*d*/, JsonText s, error_code& ec) { return on_literal(s, ec); }
  bool on_bool(bool b, error_code& ec) { return on_literal(b ? "true" : "false", ec); }
  bool on_null(error_code& ec) { return on_literal("null", ec); }
  bool on_comment_part(JsonText /*s*/, error_code& /*ec*/) { return true; }
  bool on_comment(JsonText /*s*/, error_code& /*ec*/) { return true; }

  /// Whether the document held what it was to hold.
  [[nodiscard]] bool complete() const { return shape_ == Shape::Entity || has_rows_; }
  [[nodiscard]] Page take() { return std::move(page_); }
  /// Where an unexpected document went wrong.
  [[nodiscard]] std::string where() const {
    return has_rows_ && place_ != Place::Root ? "value[" + std::to_string(rows()) + ']'
                                              : std::string();
  }

 private:
  enum class Place : std::uint8_t {
    Outside,
    Root,
    Rows,
    Entity,
    Unusable,  ///< the rest of an entity that is left out
    Ignored,
  };

  static bool checked(bool accepted, error_code& ec) {
    if (!accepted) ec = make_error_code(Errc::UnexpectedDocument);
    return accepted;
  }

  bool add_part(std::string_view part) {
    if (place_ == Place::Unusable || place_ == Place::Ignored) return true;
    parts_ += part;
    if (parts_.size() <= EntityReader::kDocumentMax) return true;
    return place_ == Place::Entity && leave_out(entity_.depth());
  }

  [[nodiscard]] std::size_t rows() const {
    return page_.actions.size() + static_cast<std::size_t>(page_.unusable);
  }

  /// The token whose last piece is s; valid until the next token begins.
  std::string_view whole(std::string_view s) {
    if (parts_.empty()) return s;
    token_ = std::exchange(parts_, {});
    return token_ += s;
  }

  bool on_literal(std::string_view s, error_code& ec) { return checked(literal(whole(s)), ec); }

  bool begin(char bracket);
  bool begin_member(char bracket);
  bool begin_entity(char bracket);
  bool end(char bracket);
  bool end_entity();
  /// The rest of the entity is skipped; this many of its brackets are open.
  bool leave_out(std::size_t depth);
  bool key(std::string_view name);
  bool text(std::string_view value);
  bool literal(std::string_view value);

  Shape shape_;
  Place place_ = Place::Outside;
  Page page_;
  EntityReader entity_;
  std::string member_;  // the current member of the root
  std::string parts_;
  std::string token_;
  std::size_t ignored_depth_ = 0;  // in Unusable and Ignored
  bool has_rows_ = false;
};

bool AnswerHandler::begin(char bracket) {
  switch (place_) {
    case Place::Outside:
      if (shape_ == Shape::Entity) return begin_entity(bracket);
      place_ = Place::Root;
      return bracket == '{';
    case Place::Root:
      return begin_member(bracket);
    case Place::Rows:
      return rows() < kRowsMax && begin_entity(bracket);
    case Place::Entity:
      return entity_.open(bracket) || leave_out(entity_.depth() + 1);
    case Place::Unusable:
    case Place::Ignored:
      ++ignored_depth_;
      return true;
  }
  return false;
}

bool AnswerHandler::begin_member(char bracket) {
  if (member_ != "value") {
    place_ = Place::Ignored;
    ignored_depth_ = 1;
    return true;
  }
  if (bracket != '[' || has_rows_) return false;
  has_rows_ = true;
  place_ = Place::Rows;
  return true;
}

bool AnswerHandler::begin_entity(char bracket) {
  if (bracket != '{') return false;
  entity_.begin();
  place_ = Place::Entity;
  return true;
}

bool AnswerHandler::end(char bracket) {
  switch (place_) {
    case Place::Outside:
      return false;
    case Place::Root:
      place_ = Place::Outside;
      return true;
    case Place::Rows:
      place_ = Place::Root;
      return true;
    case Place::Entity:
      if (!entity_.close(bracket)) return false;
      return !entity_.complete() || end_entity();
    case Place::Unusable:
      if (--ignored_depth_ > 0) return true;
      ++page_.unusable;
      place_ = Place::Rows;
      return true;
    case Place::Ignored:
      if (--ignored_depth_ == 0) place_ = Place::Root;
      return true;
  }
  return false;
}

bool AnswerHandler::end_entity() {
  place_ = shape_ == Shape::List ? Place::Rows : Place::Outside;
  auto action = entity_.take();
  if (action) {
    page_.actions.push_back(*std::move(action));
  } else {
    ++page_.unusable;
  }
  return action || shape_ == Shape::List;
}

bool AnswerHandler::leave_out(std::size_t depth) {
  if (shape_ == Shape::Entity) return false;
  place_ = Place::Unusable;
  ignored_depth_ = depth;
  parts_.clear();
  return true;
}

bool AnswerHandler::key(std::string_view name) {
  if (place_ == Place::Entity) return entity_.key(name) || leave_out(entity_.depth());
  if (place_ == Place::Root) member_ = name;
  return true;
}

bool AnswerHandler::text(std::string_view value) {
  if (place_ == Place::Entity) return entity_.text(value) || leave_out(entity_.depth());
  if (place_ == Place::Root && member_ == "@odata.nextLink") page_.has_next_link = !value.empty();
  return literal(value);
}

bool AnswerHandler::literal(std::string_view value) {
  switch (place_) {
    case Place::Outside:
    case Place::Rows:
      return false;
    case Place::Root:
      return member_ != "value";
    case Place::Entity:
      return entity_.literal(value) || leave_out(entity_.depth());
    case Place::Unusable:
    case Place::Ignored:
      return true;
  }
  return false;
}

Result<Page> read(Shape shape, std::string_view body) {
  boost::json::parse_options options;
  options.max_depth = kDepthMax;
  // One comment with a broken byte must not hide the page it is in; the document gets U+FFFD.
  options.allow_invalid_utf8 = true;
  boost::json::basic_parser<AnswerHandler> parser(options, shape);
  error_code ec;
  const std::size_t used = parser.write_some(false, body.data(), body.size(), ec);
  AnswerHandler& handler = parser.handler();
  if (ec) return Error(ec, ec == Errc::UnexpectedDocument ? handler.where() : "");
  if (!trim(body.substr(used)).empty()) return Error(Errc::MalformedJson, "");
  if (!handler.complete()) return Error(Errc::UnexpectedDocument, "");
  return handler.take();
}

std::optional<unsigned> read_escape(std::string_view text) {
  if (text.size() < 6 || !text.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  for (const char c : text.substr(2, 4)) {
    const std::size_t digit = std::string_view("0123456789abcdefABCDEF").find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    unit = unit * 16 + static_cast<unsigned>(digit > 15 ? digit - 6 : digit);
  }
  return unit;
}

bool is_leading(std::optional<unsigned> unit) { return unit && (*unit & 0xfc00U) == 0xd800U; }
bool is_trailing(std::optional<unsigned> unit) { return unit && (*unit & 0xfc00U) == 0xdc00U; }

// Half a surrogate pair, as a writer leaves it that cut a comment inside an emoji, becomes a byte
// that is no UTF-8 either, and is handled like one: one such comment must not hide the whole page.
std::string repair_surrogates(std::string_view body) {
  std::string repaired(body);
  for (std::size_t i = repaired.find('\\'); i < repaired.size(); i = repaired.find('\\', i)) {
    const std::string_view rest = std::string_view(repaired).substr(i);
    const auto unit = read_escape(rest);
    if (!unit) {
      i += 2;
    } else if (is_leading(unit) && is_trailing(read_escape(rest.substr(6)))) {
      i += 12;
    } else {
      const bool half = is_leading(unit) || is_trailing(unit);
      if (half) repaired.replace(i, 6, "\xFF");
      i += half ? 1 : 6;
    }
  }
  return repaired;
}

// Every error of the parser's own, whatever it names it.
bool is_malformed(const Result<Page>& page) {
  return page.has_error() && page.error().code != Errc::UnexpectedDocument;
}

Result<Page> read_answer(Shape shape, std::string_view body) {
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  auto page = read(shape, body);
  if (is_malformed(page)) {
    const std::string repaired = repair_surrogates(body);
    if (repaired != body) page = read(shape, repaired);
  }
  if (is_malformed(page)) return Error(Errc::MalformedJson, "");
  return page;
}

}  // namespace

Result<Page> parse_page(std::string_view body) { return read_answer(Shape::List, body); }

Result<MachineAction> parse_action(std::string_view body) {
  auto page = read_answer(Shape::Entity, body);
  if (page.has_error()) return page.error();
  return std::move(page->actions.front());
}

}  // namespace mactiond::defender
