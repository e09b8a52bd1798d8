#include "ops/rotated_files.hpp"

#include <dirent.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>

namespace mactiond::ops {
namespace {

constexpr std::array<std::string_view, 8> kCompressed = {".gz",  ".xz",  ".zst",  ".bz2",
                                                         ".lz4", ".lzo", ".lzma", ".Z"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void drop_end(std::string_view& text, std::string_view end) {
  if (text.ends_with(end)) text.remove_suffix(end.size());
}

// ".1", ".20"
bool is_number(std::string_view text) {
  constexpr std::size_t kDigitsMost = 5;
  if (!text.starts_with('.') || text.size() < 2 || text.size() > kDigitsMost + 1) return false;
  return std::all_of(text.begin() + 1, text.end(), is_digit);
}

// "-20261130", "-2026-11-30_14:00", "-1796000000": one of fewer digits may be another log's name.
bool is_date(std::string_view text) {
  constexpr std::string_view kMarks = "-._:T";
  constexpr std::ptrdiff_t kDigitsLeast = 8;
  constexpr std::size_t kMost = 32;
  if (text.size() < 2 || text.size() > kMost) return false;
  if (std::string_view("-._").find(text.front()) == std::string_view::npos) return false;
  const bool plain = std::all_of(text.begin(), text.end(), [&](char c) {
    return is_digit(c) || kMarks.find(c) != std::string_view::npos;
  });
  return plain && is_digit(text[1]) && is_digit(text.back()) &&
         std::count_if(text.begin(), text.end(), is_digit) >= kDigitsLeast;
}

bool is_rotation_mark(std::string_view text) { return is_number(text) || is_date(text); }

}  // namespace

bool is_rotated(std::string_view found, std::string_view log) {
  if (found.size() <= log.size()) return false;
  std::string_view plain = found;
  for (const std::string_view end : kCompressed) drop_end(plain, end);
  if (plain == log) return true;
  if (plain.starts_with(log) && is_rotation_mark(plain.substr(log.size()))) return true;
  const std::size_t dot = log.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const std::string_view stem = log.substr(0, dot);
  const std::string_view extension = log.substr(dot);
  if (plain.size() <= log.size() || !plain.starts_with(stem) || !plain.ends_with(extension)) {
    return false;
  }
  return is_rotation_mark(plain.substr(stem.size(), plain.size() - log.size()));
}

std::vector<std::string> rotated_beside(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "./" : path.substr(0, slash + 1);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  std::vector<std::string> files;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(directory.c_str()), ::closedir);
  if (!entries) return files;
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view found = static_cast<const char*>(entry->d_name);
    if (is_rotated(found, name)) files.push_back(directory + std::string(found));
  }
  return files;
}

}  // namespace mactiond::ops
