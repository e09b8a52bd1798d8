#include "http1/answer_normalizer.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <vector>

#include "base/text.hpp"

namespace mactiond::net {
namespace {

constexpr std::string_view kProtocol = "HTTP/1.";
constexpr std::size_t kStatusAt = std::string_view("HTTP/1.1 ").size();
constexpr std::size_t kStatusEnd = kStatusAt + 3;
/// More blanks than this are no padding of a chunk's size: they reach the parser, which refuses
/// them.
constexpr std::size_t kPaddingMax = 64;

/// A header line with the lines that continue it.
struct Field {
  std::vector<std::string_view> lines;

  [[nodiscard]] std::string_view name() const {
    return lines.front().substr(0, lines.front().find(':'));
  }
  // Nothing where the value is spread over lines: such a field is left to the parser.
  [[nodiscard]] std::optional<std::string_view> value() const {
    const std::size_t colon = lines.front().find(':');
    if (lines.size() > 1 || colon == std::string_view::npos) return std::nullopt;
    return trim(lines.front().substr(colon + 1));
  }
};

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::vector<Field> take_fields(std::string_view text) {
  std::vector<Field> fields;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const bool continues = line.starts_with(' ') || line.starts_with('\t');
    if (continues && !fields.empty()) {
      fields.back().lines.push_back(line);
    } else {
      fields.push_back({{line}});
    }
  }
  return fields;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "HTTP/1.1 200" with nothing or a tab behind it, where the parser wants a blank.
bool wants_blank(std::string_view line) {
  if (line.size() < kStatusEnd || !line.starts_with(kProtocol)) return false;
  const bool lacks_blank = line.size() == kStatusEnd || line[kStatusEnd] == '\t';
  return lacks_blank && line[kStatusAt - 1] == ' ' &&
         std::all_of(line.begin() + kStatusAt, line.begin() + kStatusEnd, is_digit);
}

int status_of(std::string_view line) {
  int status = 0;
  if (line.size() >= kStatusEnd) {
    std::from_chars(line.data() + kStatusAt, line.data() + kStatusEnd, status);
  }
  return status;
}

bool is_plainly_chunked(std::string_view status_line, const std::vector<Field>& fields) {
  const auto is_coding = [](const Field& field) {
    return iequals(field.name(), "Transfer-Encoding");
  };
  const auto first = std::find_if(fields.begin(), fields.end(), is_coding);
  if (first == fields.end() || !status_line.starts_with("HTTP/1.1")) return false;
  const bool alone = std::find_if(first + 1, fields.end(), is_coding) == fields.end();
  const auto value = first->value();
  return alone && value && iequals(*value, "chunked");
}

bool is_length(const Field& field) { return iequals(field.name(), "Content-Length"); }

// Whether text lists numbers, separated by commas.
bool lists_numbers(std::string_view text) {
  for (;;) {
    const std::size_t comma = text.find(',');
    const std::string_view item = trim(text.substr(0, comma));
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), number);
    if (error != std::errc{} || end != item.data() + item.size()) return false;
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

// Whether there are lengths, equal or not. What is no number stays in place: the parser refuses the
// answer.
bool have_lengths(const std::vector<Field>& fields) {
  const auto is_good = [](const Field& field) {
    const auto value = field.value();
    return !is_length(field) || (value && lists_numbers(*value));
  };
  return std::any_of(fields.begin(), fields.end(), is_length) &&
         std::all_of(fields.begin(), fields.end(), is_good);
}

std::optional<unsigned> hex_value(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

}  // namespace

Result<void> AnswerNormalizer::push(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    if (part_ == Part::Header) {
      if (const auto taken = take_header(bytes, out); !taken) return taken.error();
    } else if (part_ == Part::ChunkData || part_ == Part::Rest) {
      take_data(bytes, out);
    } else {
      take_line_byte(bytes.front(), out);
      bytes.remove_prefix(1);
    }
  }
  return {};
}

Result<void> AnswerNormalizer::take_header(std::string_view& bytes, std::string& out) {
  const char byte = bytes.front();
  if (header_left_ == 0) return Error(Errc::HeaderTooLarge, "");
  // At once, so that a peer that speaks something else is not waited for.
  if (header_.size() < kProtocol.size() && byte != kProtocol[header_.size()]) {
    return Error(Errc::MalformedHttp, "not an HTTP/1 answer");
  }
  // Nobody ends a line in a bare CR: the answer would be waited for until its deadline.
  if (line_bytes_ > 0 && previous_ == '\r' && byte != '\n') {
    return Error(Errc::MalformedHttp, "a bare CR in a header");
  }
  bytes.remove_prefix(1);
  --header_left_;
  header_ += byte;
  if (byte != '\n') {
    ++line_bytes_;
    previous_ = byte;
    return {};
  }
  const bool is_empty = line_bytes_ == 0 || (line_bytes_ == 1 && previous_ == '\r');
  line_bytes_ = 0;
  if (is_empty) end_header(out);
  return {};
}

void AnswerNormalizer::end_header(std::string& out) {
  constexpr std::string_view kEnd = "\r\n";
  std::string_view text = header_;
  const std::string_view status_line = take_line(text);
  text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
  const std::vector<Field> fields = take_fields(text);
  const int status = status_of(status_line);
  const bool is_interim = status / 100 == 1 && status != 101;
  const bool is_chunked = is_plainly_chunked(status_line, fields);
  const bool leaves_out = is_chunked && have_lengths(fields);
  had_two_lengths_ |= leaves_out;

  if (wants_blank(status_line)) {
    out.append(status_line.substr(0, kStatusEnd)).append(" ");
    out += status_line.substr(std::min(status_line.size(), kStatusEnd + 1));
  } else {
    out += status_line;
  }
  out += kEnd;
  for (const Field& field : fields) {
    if (leaves_out && is_length(field)) continue;
    for (const std::string_view line : field.lines) out.append(line).append(kEnd);
  }
  out += kEnd;
  header_.clear();
  const bool has_body = !bodiless_ && status != 204 && status != 304;
  const Part body = is_chunked && has_body ? Part::ChunkSize : Part::Rest;
  part_ = is_interim ? Part::Header : body;
  previous_ = '\0';
  in_size_ = true;
}

void AnswerNormalizer::take_data(std::string_view& bytes, std::string& out) {
  const bool bounded = part_ == Part::ChunkData;
  const auto size = bounded ? std::min<std::uint64_t>(chunk_left_, bytes.size()) : bytes.size();
  out += bytes.substr(0, size);
  bytes.remove_prefix(size);
  if (!bounded) return;
  chunk_left_ -= size;
  if (chunk_left_ == 0) part_ = Part::ChunkEnd;
}

void AnswerNormalizer::take_line_byte(char byte, std::string& out) {
  if (byte == '\n') {
    padding_.clear();
    if (previous_ != '\r') out += '\r';
    out += byte;
    end_line();
    return;
  }
  if (part_ != Part::ChunkSize || !is_padding(byte, out)) out += byte;
  if (part_ == Part::ChunkSize) read_size(byte);
  previous_ = byte;
  ++line_bytes_;
}

bool AnswerNormalizer::is_padding(char byte, std::string& out) {
  const bool is_blank = byte == ' ' || byte == '\t';
  if (is_blank && has_size_ && padding_.size() < kPaddingMax) {
    padding_ += byte;
    return true;
  }
  if (byte != '\r') out += padding_;
  padding_.clear();
  return false;
}

void AnswerNormalizer::read_size(char byte) {
  const auto digit = hex_value(byte);
  if (!in_size_ || !digit) {
    in_size_ = false;
    return;
  }
  // The parser refuses such a size: how far it reaches does not matter.
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max() / 16;
  chunk_left_ = chunk_left_ > kMax ? chunk_left_ : chunk_left_ * 16 + *digit;
  has_size_ = true;
}

void AnswerNormalizer::end_line() {
  const bool is_empty = line_bytes_ == 0 || (line_bytes_ == 1 && previous_ == '\r');
  if (part_ == Part::ChunkSize) {
    part_ = chunk_left_ > 0 ? Part::ChunkData : Part::Trailer;
    if (!has_size_) part_ = Part::Rest;
  } else if (part_ == Part::ChunkEnd) {
    part_ = is_empty ? Part::ChunkSize : Part::Rest;
  } else if (is_empty) {
    part_ = Part::Rest;
  }
  line_bytes_ = 0;
  previous_ = '\0';
  in_size_ = true;
  has_size_ = false;
}

}  // namespace mactiond::net
