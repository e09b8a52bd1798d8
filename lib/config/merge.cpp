#include "config/merge.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "config/auth_keys.hpp"

namespace mactiond::config {
namespace {

void merge_table(Node& table, Node more, const std::string& prefix, Reader& reader) {
  for (Node& node : more.children) {
    Node* known = table.child(node.key);
    const auto both = [&](Node::Kind kind) { return node.kind == kind && known->kind == kind; };
    const std::string name = prefix + node.key;
    if (known == nullptr) {
      table.children.push_back(std::move(node));
    } else if (both(Node::Kind::Table)) {
      merge_table(*known, std::move(node), name + '.', reader);
    } else if (both(Node::Kind::List) && prefix.empty()) {
      std::move(node.children.begin(), node.children.end(), std::back_inserter(known->children));
    } else {
      reader.enter(name);
      reader.fail(node.key_place,
                  "is set in " + reader.text_of(known->key_place) + " already: remove one");
    }
  }
}

void mark_inherited(Node& node) {
  node.inherited = true;
  for (Node& child : node.children) mark_inherited(child);
}

// A value that is a table by itself (the headers of a webhook) is one key like any other.
bool is_group(const Node& node) { return node.kind == Node::Kind::Table && node.key != "headers"; }

void inherit(Node& table, const Node& defaults) {
  for (const Node& node : defaults.children) {
    Node* own = table.child(node.key);
    if (own == nullptr) {
      mark_inherited(table.children.emplace_back(node));
    } else if (is_group(node) && is_group(*own)) {
      inherit(*own, node);
    }
  }
}

bool has(const Node& auth, std::string_view key) { return auth.child(key) != nullptr; }

// Whether a region that logs in by own may not take over the key.
bool is_replaced(const Node& own, std::string_view key) {
  if (key == "pkcs12" && (has(own, "certificate") || has(own, "key"))) return true;
  if ((key == "certificate" || key == "key") && has(own, "pkcs12")) return true;
  const Node* kind = own.child("kind");
  if (kind == nullptr) return false;
  if (key == "expires") return kind->text != to_string(AuthKind::ClientSecret);
  return std::any_of(kKeysOfKinds.begin(), kKeysOfKinds.end(), [&](const KeyOfKind& known) {
    return known.key == key && to_string(known.kind) != kind->text;
  });
}

void inherit_region(Node& table, const Node& defaults) {
  const Node* own = table.child("auth");
  const bool replaces = own != nullptr && own->kind == Node::Kind::Table;
  if (!replaces) return inherit(table, defaults);
  Node fitting = defaults;
  if (Node* auth = fitting.child("auth")) {
    std::erase_if(auth->children, [&](const Node& node) { return is_replaced(*own, node.key); });
  }
  inherit(table, fitting);
}

}  // namespace

void merge(Node& root, Node more, Reader& reader) {
  merge_table(root, std::move(more), "", reader);
}

void apply_defaults(Node& root) {
  constexpr std::array<std::pair<std::string_view, void (*)(Node&, const Node&)>, 2> kSections = {
      {{"region", &inherit_region}, {"webhook", &inherit}}};
  for (const auto& [section, fill] : kSections) {
    const Node* defaults = root.find("defaults." + std::string(section));
    Node* list = root.child(section);
    if (defaults == nullptr || defaults->kind != Node::Kind::Table || list == nullptr) continue;
    if (list->kind != Node::Kind::List) continue;
    Node filling = *defaults;
    std::erase_if(filling.children, [](const Node& node) { return node.key == "name"; });
    for (Node& table : list->children) {
      if (table.kind == Node::Kind::Table) fill(table, filling);
    }
  }
}

}  // namespace mactiond::config
