#include "config/document.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace mactiond::config {
namespace {

constexpr int kDepthMax = 6;
/// toml++ nests one table for each dot of a key and destroys them recursively.
constexpr std::ptrdiff_t kDotsInLineMax = 64;

Place place_of(const toml::source_region& source) {
  return {std::max(1U, source.begin.line), std::max(1U, source.begin.column)};
}

Node convert(const toml::node& from, int depth);

void convert_table(const toml::table& from, int depth, Node& to) {
  to.kind = Node::Kind::Table;
  if (depth >= kDepthMax) return;
  for (const auto& [key, value] : from) {
    Node child = convert(value, depth + 1);
    child.key = std::string(key.str());
    child.key_place = place_of(key.source());
    to.children.push_back(std::move(child));
  }
}

void convert_list(const toml::array& from, int depth, Node& to) {
  to.kind = Node::Kind::List;
  if (depth >= kDepthMax) return;
  for (const toml::node& item : from) to.children.push_back(convert(item, depth + 1));
}

Node convert(const toml::node& from, int depth) {
  Node to;
  to.place = place_of(from.source());
  if (const auto* table = from.as_table()) {
    convert_table(*table, depth, to);
  } else if (const auto* list = from.as_array()) {
    convert_list(*list, depth, to);
  } else if (const auto* text = from.as_string()) {
    to.kind = Node::Kind::Text;
    to.text = text->get();
  } else if (const auto* integer = from.as_integer()) {
    to.kind = Node::Kind::Integer;
    to.integer = integer->get();
  } else if (const auto* number = from.as_floating_point()) {
    to.kind = Node::Kind::Number;
    to.number = number->get();
  } else if (const auto* flag = from.as_boolean()) {
    to.kind = Node::Kind::Flag;
    to.flag = flag->get();
  }
  return to;
}

void set_file(Node& node, unsigned file) {
  node.place.file = file;
  node.key_place.file = file;
  for (Node& child : node.children) set_file(child, file);
}

std::optional<SyntaxError> find_crowded_line(std::string_view text) {
  for (unsigned line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view content = text.substr(0, end);
    const std::size_t first = content.find_first_not_of(" \t");
    const bool is_comment = first != std::string_view::npos && content[first] == '#';
    if (!is_comment && std::count(content.begin(), content.end(), '.') > kDotsInLineMax) {
      return SyntaxError{{line, 1}, "too many dots in one line: spread the list over several"};
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::nullopt;
}

struct Hint {
  std::string_view words;  ///< in the parser's own message
  std::string_view hint;
};

// The parser says where it stopped, not what was meant.
constexpr std::array<Hint, 6> kHints = {
    {{"could not determine value type", "text needs quotes: name = \"eu\""},
     {"expected digit", "text and durations need quotes: timeout = \"5s\""},
     {"control characters", "is the quote closed in its line?"},
     {"redefine existing array", "write [[…]] for one more"},
     {"cannot redefine existing", "it is further up already"},
     {"expected '='", "a line is a table in brackets, or key = value"}}};

std::string syntax_message(std::string_view description) {
  // It would repeat the digits, and they may be a secret that lacks its quotes.
  if (description.find("representable") != std::string_view::npos) {
    return "a number beyond 64 bits; text needs quotes";
  }
  for (const Hint& known : kHints) {
    if (description.find(known.words) == std::string_view::npos) continue;
    return std::string(description) + "; " + std::string(known.hint);
  }
  return std::string(description);
}

}  // namespace

const Node* Node::child(std::string_view name) const {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [&](const Node& node) { return node.key == name; });
  return found == children.end() ? nullptr : &*found;
}

const Node* Node::find(std::string_view path) const {
  const Node* node = this;
  while (node != nullptr && !path.empty()) {
    if (node->kind != Kind::Table) return nullptr;
    const std::size_t dot = std::min(path.find('.'), path.size());
    node = node->child(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return node;
}

std::string_view describe(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::Text:
      return "text";
    case Node::Kind::Integer:
      return "a whole number";
    case Node::Kind::Number:
      return "a number with a fraction";
    case Node::Kind::Flag:
      return "true or false";
    case Node::Kind::List:
      return "a list";
    case Node::Kind::Table:
      return "a table";
    case Node::Kind::Other:
      return "a date or time";
  }
  return "something else";
}

Node* Node::child(std::string_view name) {
  return const_cast<Node*>(std::as_const(*this).child(name));
}

std::variant<Node, SyntaxError> parse_document(std::string_view text, unsigned file) {
  if (auto crowded = find_crowded_line(text)) {
    crowded->place.file = file;
    return *std::move(crowded);
  }
  try {
    const toml::table table = toml::parse(text);
    Node root = convert(table, 0);
    root.place = {};
    set_file(root, file);
    return root;
  } catch (const toml::parse_error& error) {
    SyntaxError mistake{place_of(error.source()), syntax_message(error.description())};
    mistake.place.file = file;
    return mistake;
  }
}

}  // namespace mactiond::config
