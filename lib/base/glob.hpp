#pragma once

#include <string>
#include <string_view>

namespace mactiond {

/// A pattern over a whole text: `*` stands for any text, `?` for one character (a byte where the
/// text is no valid UTF-8); everything else stands for itself. The case of ASCII letters is
/// ignored, no other character is special, neither in the pattern nor in the text. Time is at most
/// the product of both lengths.
class Glob {
 public:
  explicit Glob(std::string_view pattern);

  [[nodiscard]] bool matches(std::string_view text) const;
  /// Whether it has nothing but `*`, so that it fits an empty text too.
  [[nodiscard]] bool fits_everything() const { return kind_ == Kind::Everything; }

 private:
  enum class Kind : unsigned char { Everything, Literal, Wild };

  std::string pattern_;
  Kind kind_ = Kind::Wild;
};

/// For a pattern that is used once; see Glob.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text);

/// Whether every text that fits narrow certainly fits wide; false where that is not plain to see.
[[nodiscard]] bool glob_covers(std::string_view wide, std::string_view narrow);

/// Whether the pattern has a `*` or a `?`.
[[nodiscard]] bool is_glob(std::string_view pattern);

}  // namespace mactiond
