#include "sim/list_view.hpp"

#include <algorithm>
#include <functional>

namespace mactiond::sim {
namespace {

using Comparison = Filter::Comparison;

int compare(const FieldValue& left, const FieldValue& right) {
  if (left < right) return -1;
  return right < left ? 1 : 0;
}

bool goes_before(const std::vector<OrderKey>& keys, const Version& left, const Version& right) {
  for (const OrderKey& key : keys) {
    const int result =
        compare(field(left.entity(), key.property), field(right.entity(), key.property));
    if (result != 0) return key.descending ? result > 0 : result < 0;
  }
  return left.action() < right.action();
}

bool goes_before_by_default(RowOrder order, const Version& left, const Version& right) {
  if (order == RowOrder::NewestFirst) {
    return std::pair(left.entity().created, left.action()) >
           std::pair(right.entity().created, right.action());
  }
  const std::hash<std::string> hash;
  return std::pair(hash(left.entity().id), left.action()) <
         std::pair(hash(right.entity().id), right.action());
}

/// Puts the rows from begin to end, counted in the list's order, in their places; it is total.
void sort_page(std::vector<const Version*>& rows, const ListOptions& options, RowOrder order,
               std::size_t begin, std::size_t end) {
  const auto before = [&options, order](const Version* left, const Version* right) {
    if (options.order.empty()) return goes_before_by_default(order, *left, *right);
    return goes_before(options.order, *left, *right);
  };
  const auto first = rows.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto last = rows.begin() + static_cast<std::ptrdiff_t>(end);
  if (first != rows.begin() && first != rows.end()) {
    std::nth_element(rows.begin(), first, rows.end(), before);
  }
  std::partial_sort(first, last, rows.end(), before);
}

/// The rows of a time index for which the comparison with the bound holds.
template <class Index>
std::vector<std::uint32_t> range(const Index& index, Comparison comparison, WallTime bound) {
  auto first = index.begin();
  auto last = index.end();
  if (comparison != Comparison::Lt && comparison != Comparison::Le) {
    first = index.lower_bound({bound, 0});
  }
  if (comparison == Comparison::Lt) last = index.lower_bound({bound, 0});
  if (comparison == Comparison::Le || comparison == Comparison::Eq) {
    last = index.lower_bound({bound + Duration(1), 0});
  }
  std::vector<std::uint32_t> out;
  for (; first != last; ++first) out.push_back(first->second);
  return out;
}

}  // namespace

void ListView::index(const Version& version) {
  const Entity& entity = version.entity();
  by_update_.emplace(entity.last_update, version.action());
  by_creation_.emplace(entity.created, version.action());
  by_status_[entity.status].insert(version.action());
  by_id_[entity.id] = version.action();
}

void ListView::unindex(const Version& version) {
  const Entity& entity = version.entity();
  by_update_.erase({entity.last_update, version.action()});
  by_creation_.erase({entity.created, version.action()});
  by_status_[entity.status].erase(version.action());
  by_id_.erase(entity.id);
}

void ListView::put(const VersionPtr& version) {
  VersionPtr& shown = shown_[version->action()];
  if (shown) {
    if (shown->number() >= version->number()) return;
    unindex(*shown);
  }
  shown = version;
  index(*version);
}

void ListView::erase(std::uint32_t action) {
  const auto row = shown_.find(action);
  if (row == shown_.end()) return;
  unindex(*row->second);
  shown_.erase(row);
}

std::optional<ListView::Candidates> ListView::candidates_by_time(const Filter& filter) const {
  const auto* bound = std::get_if<WallTime>(&filter.literals.front());
  if (bound == nullptr || filter.comparison == Comparison::Ne) return std::nullopt;
  if (filter.property == Property::LastUpdateDateTimeUtc) {
    return range(by_update_, filter.comparison, *bound);
  }
  if (filter.property == Property::CreationDateTimeUtc) {
    return range(by_creation_, filter.comparison, *bound);
  }
  return std::nullopt;
}

std::optional<ListView::Candidates> ListView::candidates_by_text(const Filter& filter) const {
  if (filter.property != Property::Id && filter.property != Property::Status) return std::nullopt;
  Candidates out;
  for (const Literal& literal : filter.literals) {
    const auto* text = std::get_if<std::string>(&literal);
    if (text == nullptr) continue;
    if (filter.property == Property::Id) {
      if (const auto row = by_id_.find(*text); row != by_id_.end()) out.push_back(row->second);
    } else if (const auto row = by_status_.find(*text); row != by_status_.end()) {
      out.insert(out.end(), row->second.begin(), row->second.end());
    }
  }
  return out;
}

std::optional<ListView::Candidates> ListView::candidates_of_any(const Filter& filter) const {
  Candidates all;
  for (const Filter& operand : filter.operands) {
    const auto some = candidates(operand);
    if (!some) return std::nullopt;
    all.insert(all.end(), some->begin(), some->end());
  }
  return all;
}

std::optional<ListView::Candidates> ListView::candidates(const Filter& filter) const {
  switch (filter.kind) {
    case Filter::Kind::Compare:
      if (is_time(filter.property)) return candidates_by_time(filter);
      if (filter.comparison != Comparison::Eq) return std::nullopt;
      return candidates_by_text(filter);
    case Filter::Kind::In:
      if (is_time(filter.property)) return std::nullopt;
      return candidates_by_text(filter);
    case Filter::Kind::Or:
      return candidates_of_any(filter);
    case Filter::Kind::And: {
      std::optional<Candidates> best;
      for (const Filter& operand : filter.operands) {
        auto some = candidates(operand);
        if (some && (!best || some->size() < best->size())) best = std::move(some);
      }
      return best;
    }
    case Filter::Kind::StartsWith:
    case Filter::Kind::Contains:
    case Filter::Kind::Not:
      break;
  }
  return std::nullopt;
}

std::vector<const Version*> ListView::matching(const std::optional<Filter>& filter) const {
  std::vector<const Version*> rows;
  auto some = filter ? candidates(*filter) : std::nullopt;
  if (!some) {
    for (const auto& [action, version] : shown_) {
      if (!filter || matches(*filter, version->entity())) rows.push_back(version.get());
    }
    return rows;
  }
  std::sort(some->begin(), some->end());
  some->erase(std::unique(some->begin(), some->end()), some->end());
  for (const std::uint32_t action : *some) {
    const Version* version = shown_.at(action).get();
    if (matches(*filter, version->entity())) rows.push_back(version);
  }
  return rows;
}

Selection ListView::select(const ListOptions& options, RowOrder order, std::size_t page_max) const {
  Selection selection;
  selection.rows = matching(options.filter);
  selection.matched = selection.rows.size();
  const std::size_t begin = std::min(options.skip, selection.matched);
  const std::size_t length = std::min(options.top.value_or(page_max), selection.matched - begin);
  selection.more = begin + length < selection.matched;
  sort_page(selection.rows, options, order, begin, begin + length);
  const auto first = selection.rows.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto last = first + static_cast<std::ptrdiff_t>(length);
  selection.rows.erase(last, selection.rows.end());
  selection.rows.erase(selection.rows.begin(), first);
  return selection;
}

}  // namespace mactiond::sim
