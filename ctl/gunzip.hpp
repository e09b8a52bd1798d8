#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mactiond::ctl {

/// Unpacks a gzip file (RFC 1952) that comes in pieces. What does not begin as one is passed on as
/// it is.
class Gunzip {
 public:
  /// Takes the next bytes; false: it wants no more.
  using Sink = std::function<bool(std::string_view)>;
  /// What is wrong with the file, for the operator.
  using Trouble = std::optional<std::string>;

  /// A file that unpacks to more than most bytes is refused.
  explicit Gunzip(Sink sink, std::uint64_t most);
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;
  ~Gunzip();

  /// False: there is trouble, or the sink wants no more.
  [[nodiscard]] bool push(std::string_view piece);
  /// After the last piece. The same.
  [[nodiscard]] bool finish();

  [[nodiscard]] const Trouble& trouble() const { return trouble_; }
  /// Whether it began as gzip.
  [[nodiscard]] bool was_packed() const { return form_ == Form::Packed; }

 private:
  enum class Form : std::uint8_t { Unknown, Packed, Plain };
  struct Inflater;

  [[nodiscard]] bool inflate(std::string_view piece);
  [[nodiscard]] bool fail(std::string trouble);

  Sink sink_;
  std::uint64_t left_;
  Form form_ = Form::Unknown;
  std::string begin_;     ///< as long as the form is unknown
  bool between_ = false;  ///< one part has ended, and none has begun after it
  std::unique_ptr<Inflater> inflater_;
  Trouble trouble_;
};

}  // namespace mactiond::ctl
