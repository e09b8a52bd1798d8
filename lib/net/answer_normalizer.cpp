#include "net/answer_normalizer.hpp"

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

/// "HTTP/1.1 200" with nothing behind it.
bool ends_after_code(std::string_view line) {
  return line.size() == kStatusEnd && line.starts_with(kProtocol) && line[kStatusAt - 1] == ' ' &&
         std::all_of(line.begin() + kStatusAt, line.end(), is_digit);
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

// Whether text lists one number, once or again and again, the same as known.
bool agrees(std::string_view text, std::optional<std::uint64_t>& known) {
  for (;;) {
    const std::size_t comma = text.find(',');
    const std::string_view item = trim(text.substr(0, comma));
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), number);
    if (error != std::errc{} || end != item.data() + item.size()) return false;
    if (known.value_or(number) != number) return false;
    known = number;
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

// Lengths that are none, or that differ, stay in place: the parser refuses the answer.
bool have_one_length(const std::vector<Field>& fields) {
  std::optional<std::uint64_t> length;
  for (const Field& field : fields) {
    if (!is_length(field)) continue;
    const auto value = field.value();
    if (!value || !agrees(*value, length)) return false;
  }
  return length.has_value();
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
  const bool leaves_out = is_chunked && have_one_length(fields);
  had_two_lengths_ |= leaves_out;

  out += status_line;
  if (ends_after_code(status_line)) out += ' ';
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
    if (previous_ != '\r') out += '\r';
    out += byte;
    end_line();
    return;
  }
  out += byte;
  if (part_ == Part::ChunkSize) read_size(byte);
  previous_ = byte;
  ++line_bytes_;
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
