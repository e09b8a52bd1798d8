#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace mactiond::net {

/// Gives HTTP/1 answers the one form that the parser takes. Four odd forms are corrected: a status
/// line without the blank after the code, lines that end in a bare LF, blanks behind a chunk's
/// size, and a Content-Length beside a plain "chunked", which is left out, however many there are.
/// All else passes as it is, for the parser to judge.
///
/// It follows the same framing as the parser, so that no byte of a body changes.
class AnswerNormalizer {
 public:
  /// header_bytes bounds all headers together, interim ones included, as they came. bodiless: the
  /// header of a final answer is all.
  AnswerNormalizer(std::size_t header_bytes, bool bodiless)
      : header_left_(header_bytes), bodiless_(bodiless) {}

  /// Appends to out what bytes become. A header comes out once it is complete.
  /// Errc::HeaderTooLarge or Errc::MalformedHttp.
  [[nodiscard]] Result<void> push(std::string_view bytes, std::string& out);

  /// Whether all that follows passes unchanged.
  [[nodiscard]] bool is_done() const { return part_ == Part::Rest; }
  /// Whether an answer had a Content-Length beside chunked: nobody can be sure where it ends.
  [[nodiscard]] bool had_two_lengths() const { return had_two_lengths_; }

 private:
  enum class Part { Header, ChunkSize, ChunkData, ChunkEnd, Trailer, Rest };

  [[nodiscard]] Result<void> take_header(std::string_view& bytes, std::string& out);
  void take_data(std::string_view& bytes, std::string& out);
  void take_line_byte(char byte, std::string& out);
  /// Keeps blanks of a chunk's line back until something but the line's end follows.
  [[nodiscard]] bool is_padding(char byte, std::string& out);
  void read_size(char byte);
  void end_line();
  void end_header(std::string& out);

  Part part_ = Part::Header;
  std::size_t header_left_;
  bool bodiless_;
  bool had_two_lengths_ = false;
  std::string header_;            ///< as far as it has come
  std::size_t line_bytes_ = 0;    ///< of the line in progress, without its LF
  char previous_ = '\0';          ///< the byte before, of the same line
  std::string padding_;           ///< kept back
  std::uint64_t chunk_left_ = 0;  ///< the size in progress, then what of the data is to come
  bool in_size_ = false;          ///< only digits have come in this line
  bool has_size_ = false;
};

}  // namespace mactiond::net
