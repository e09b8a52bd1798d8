#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/object.hpp"

namespace mactiond::ctl {

// What the views are made of.

using Rows = std::vector<std::vector<std::string>>;

/// Text and numbers as they are; nothing for null and what is not there. Not printable yet.
[[nodiscard]] std::string cell(const boost::json::object& object, std::string_view key);

/// To the second, as a reader wants it. What is no time stays as it is.
[[nodiscard]] std::string moment(std::string text);

/// A row of two cells, unless value is empty.
inline void add_fact(Rows& rows, const char* name, std::string value) {
  if (!value.empty()) rows.push_back({name, std::move(value)});
}

/// Gives take each object of the list under key.
template <class Take>
void each(const boost::json::object& object, std::string_view key, Take take) {
  const boost::json::array* list = list_in(object, key);
  if (list == nullptr) return;
  for (const boost::json::value& item : *list) {
    if (item.is_object()) take(item.get_object());
  }
}

}  // namespace mactiond::ctl
