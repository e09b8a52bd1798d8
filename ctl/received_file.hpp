#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gunzip.hpp"
#include "http/message.hpp"
#include "output_file.hpp"
#include "progress.hpp"

namespace mactiond::ctl {

/// "512 B", "1.5 KiB", "12.0 MiB", "2.3 GiB".
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);

/// What the daemon sends of a package or a result, on its way to a file or a reader.
class ReceivedFile {
 public:
  struct Wishes {
    OutputFile* file = nullptr;  ///< outlives it; nullptr: none
    bool raw = false;            ///< leave it packed
    bool show = false;           ///< keep it as text
  };
  struct Trouble {
    int exit_code = 0;
    std::string words;
  };

  ReceivedFile(Wishes wishes, Progress& progress) : wishes_(wishes), progress_(progress) {}

  // False: there is trouble.
  [[nodiscard]] bool begin(const http::Response& head);
  [[nodiscard]] bool take(std::string_view piece);
  /// After the last piece.
  [[nodiscard]] bool finish();
  /// Called while nothing comes.
  void show_waiting();

  [[nodiscard]] bool has_begun() const { return has_begun_; }
  [[nodiscard]] const std::optional<Trouble>& trouble() const { return trouble_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  /// In the file.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] bool was_unpacked() const { return gunzip_ && gunzip_->was_packed(); }

 private:
  [[nodiscard]] bool store(std::string_view bytes);
  [[nodiscard]] bool fail(int exit_code, std::string words);
  [[nodiscard]] bool fail_unpacking();
  void show_progress();

  Wishes wishes_;
  Progress& progress_;
  std::unique_ptr<Gunzip> gunzip_;  ///< of what is to be unpacked
  std::optional<std::uint64_t> size_;
  std::uint64_t received_ = 0;
  std::uint64_t shown_ = 0;  ///< received when progress was last shown
  std::uint64_t bytes_ = 0;
  std::string text_;
  bool has_begun_ = false;
  std::optional<Trouble> trouble_;
};

}  // namespace mactiond::ctl
