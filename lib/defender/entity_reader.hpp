#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "action/machine_action.hpp"

namespace mactiond::defender {

/// Builds one MachineAction out of the JSON events inside its object, document included.
///
/// The calls follow a syntactically valid document (the parser sees to that); each answers false
/// once the entity is beyond a limit, and nothing more may be asked of it then. Of two equal keys
/// in one object the last wins.
class EntityReader {
 public:
  static constexpr std::size_t kDocumentMax = std::size_t{1} << 20U;
  static constexpr std::size_t kMembersMax = 128;  ///< in any one object

  /// Starts again; the entity's own opening brace has been read.
  void begin();
  [[nodiscard]] bool open(char bracket);
  [[nodiscard]] bool close(char bracket);
  [[nodiscard]] bool key(std::string_view name);
  [[nodiscard]] bool text(std::string_view value);
  /// A number, true, false or null as it was sent.
  [[nodiscard]] bool literal(std::string_view value);

  /// How many brackets are open, the entity's own included.
  [[nodiscard]] std::size_t depth() const { return frames_.size() + skip_depth_; }
  /// The entity's own closing brace has been read.
  [[nodiscard]] bool complete() const { return frames_.empty(); }
  /// The finished action; nothing if it has no usable id.
  [[nodiscard]] std::optional<MachineAction> take();

 private:
  enum class Field : std::uint8_t {
    Other,
    Id,
    Type,
    Status,
    MachineId,
    ComputerDnsName,
    Requestor,
    RequestorComment,
    RequestSource,
    Created,
    LastUpdate,
    LastUpdateAlias,
    CancellationNote,
    CancellationComment,
  };
  struct Frame {
    std::size_t first_member = 0;  ///< in members_
    bool is_object = true;
    bool has_items = false;  ///< arrays only
  };
  struct Member {
    std::size_t begin = 0;     ///< where its key starts in the document
    std::size_t key_size = 0;  ///< quotes included
  };

  [[nodiscard]] static Field find_field(std::string_view name);
  [[nodiscard]] bool skips_value();
  [[nodiscard]] bool has_room(std::size_t size) const;
  void start_value();
  void capture(std::optional<std::string_view> value);
  [[nodiscard]] std::string* plain_field(Field field);
  [[nodiscard]] std::string_view member_key(const Member& member) const;
  void drop_earlier(const Frame& frame);
  void close_entity();

  MachineAction action_;
  std::optional<WallTime> last_update_alias_;
  std::vector<Frame> frames_;
  std::vector<Member> members_;
  Field field_ = Field::Other;
  bool skip_next_ = false;
  std::size_t skip_depth_ = 0;
  std::size_t document_size_ = 0;  ///< of the former entity: the next one is about as long
};

}  // namespace mactiond::defender
