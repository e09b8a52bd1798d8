#include "gunzip.hpp"

#include <zlib.h>

#include <array>
#include <cstddef>
#include <utility>

namespace mactiond::ctl {
namespace {

constexpr std::string_view kMagic = "\x1f\x8b";
constexpr std::size_t kPiece = std::size_t{64} * 1024;
constexpr int kGzip = 15 + 16;  // window bits as zlib encodes the format in them
constexpr const char* kDamaged = "the packed file is damaged; --raw saves it as it came";

}  // namespace

struct Gunzip::Inflater {
  Inflater() { is_open = inflateInit2(&stream, kGzip) == Z_OK; }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (is_open) inflateEnd(&stream);
  }

  z_stream stream{};
  bool is_open = false;
  std::array<char, kPiece> out{};
};

Gunzip::Gunzip(Sink sink, std::uint64_t most) : sink_(std::move(sink)), left_(most) {}

Gunzip::~Gunzip() = default;

bool Gunzip::push(std::string_view piece) {
  if (form_ == Form::Plain) return sink_(piece);
  if (form_ == Form::Packed) return inflate(piece);
  begin_ += piece;
  if (begin_.size() < kMagic.size()) return true;
  form_ = begin_.starts_with(kMagic) ? Form::Packed : Form::Plain;
  if (form_ == Form::Packed) inflater_ = std::make_unique<Inflater>();
  return push(std::exchange(begin_, {}));
}

bool Gunzip::finish() {
  if (form_ == Form::Unknown) return begin_.empty() || sink_(begin_);
  if (form_ == Form::Packed && !between_) return fail(kDamaged);
  return true;
}

bool Gunzip::inflate(std::string_view piece) {
  if (!inflater_->is_open) return fail("out of memory");
  z_stream& stream = inflater_->stream;
  auto& out = inflater_->out;
  // zlib reads through this pointer and never writes.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
  stream.avail_in = static_cast<uInt>(piece.size());
  do {
    if (between_ && stream.avail_in > 0) {
      between_ = false;
      if (inflateReset(&stream) != Z_OK) return fail(kDamaged);
    }
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int state = ::inflate(&stream, Z_NO_FLUSH);
    if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR) return fail(kDamaged);
    const std::size_t made = out.size() - stream.avail_out;
    if (made > left_) return fail("the packed file unpacks to too much; --raw saves it as it came");
    left_ -= made;
    if (made > 0 && !sink_({out.data(), made})) return false;
    between_ = state == Z_STREAM_END;
  } while (stream.avail_in > 0 || stream.avail_out == 0);
  return true;
}

bool Gunzip::fail(std::string trouble) {
  trouble_ = std::move(trouble);
  return false;
}

}  // namespace mactiond::ctl
