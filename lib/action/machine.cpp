#include "action/machine.hpp"

#include <algorithm>
#include <cstddef>

namespace mactiond {
namespace {

constexpr std::size_t kIdDigits = 40;
constexpr std::size_t kNameMax = 253;
constexpr std::size_t kAlertIdMax = 128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_word_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

bool is_name_character(char c) { return is_word_character(c) || c == '.'; }

template <class Predicate>
bool consists_of(std::string_view text, std::size_t most, Predicate predicate) {
  return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), predicate);
}

}  // namespace

bool is_machine_id(std::string_view text) {
  return text.size() == kIdDigits && consists_of(text, kIdDigits, is_hex_digit);
}

bool is_machine_name(std::string_view text) {
  return consists_of(text, kNameMax, is_name_character);
}

bool is_alert_id(std::string_view text) {
  return consists_of(text, kAlertIdMax, is_word_character);
}

}  // namespace mactiond
