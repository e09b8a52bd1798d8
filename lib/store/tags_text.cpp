#include "store/tags_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include "base/json_texts.hpp"

namespace mactiond::store {

std::string tags_text(const Tags& tags) { return json_texts(tags); }

Tags read_tags(const std::string& text) {
  if (text == "[]") return {};
  boost::system::error_code failure;
  const boost::json::value list = boost::json::parse(text, failure);
  Tags tags;
  if (failure || !list.is_array()) return tags;
  for (const boost::json::value& tag : list.get_array()) {
    if (tag.is_string()) tags.emplace_back(tag.get_string());
  }
  return tags;
}

}  // namespace mactiond::store
