#include "mactionsim/artifact.hpp"

#include <zlib.h>

#include <cstdint>
#include <string_view>

#include "base/json_text.hpp"
#include "mactionsim/wire.hpp"

namespace mactiond::sim {
namespace {

std::string make_text(std::string_view title, std::uint64_t size) {
  std::string text;
  while (text.size() < size) text += std::string(title) + ", line by line\n";
  text.resize(size);
  return text;
}

/// Little-endian, as ZIP has its numbers.
void append_number(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 0xffU);
}

/// What a local header and its entry in the directory have in common.
std::string zip_entry_fields(std::string_view name, const std::string& data) {
  const auto* bytes = reinterpret_cast<const Bytef*>(data.data());
  std::string out;
  append_number(out, 20, 2);      // version needed
  append_number(out, 0, 2);       // flags
  append_number(out, 0, 2);       // stored
  append_number(out, 0, 2);       // time
  append_number(out, 0x5a21, 2);  // date: 2025-01-01
  append_number(out, crc32(0, bytes, static_cast<uInt>(data.size())), 4);
  append_number(out, data.size(), 4);
  append_number(out, data.size(), 4);
  append_number(out, name.size(), 2);
  append_number(out, 0, 2);  // extra field
  return out;
}

/// An archive with one file in it, stored.
std::string make_zip(std::string_view name, const std::string& data) {
  const std::string fields = zip_entry_fields(name, data);
  const std::string local = "PK\x03\x04" + fields + std::string(name) + data;
  std::string directory = "PK\x01\x02";
  append_number(directory, 20, 2);  // version made by
  directory += fields;
  append_number(directory, 0, 2);  // comment
  append_number(directory, 0, 2);  // disk
  append_number(directory, 0, 2);  // internal attributes
  append_number(directory, 0, 4);  // external attributes
  append_number(directory, 0, 4);  // offset of the local header
  directory += name;
  std::string end = "PK\x05\x06";
  append_number(end, 0, 4);  // disks
  append_number(end, 1, 2);
  append_number(end, 1, 2);
  append_number(end, directory.size(), 4);
  append_number(end, local.size(), 4);
  append_number(end, 0, 2);  // comment
  return local + directory + end;
}

}  // namespace

std::string make_content(const Artifact& artifact, const LinkOptions& options) {
  if (artifact.kind == Artifact::Kind::Package) {
    return make_zip("Summary.txt", make_text(artifact.name, options.package_bytes));
  }
  if (artifact.kind == Artifact::Kind::File) {
    return encode(make_text(artifact.name, options.file_bytes), Encoding::Gzip);
  }
  JsonMembers members;
  members.add("script_name", artifact.name)
      .add("exit_code", std::int64_t{options.script_exit_code})
      .add("script_output", options.script_output)
      .add("script_errors", options.script_errors);
  return "{" + members.text() + "}";
}

std::string content_type(const Artifact& artifact) {
  if (artifact.kind == Artifact::Kind::Package) return "application/zip";
  return "application/octet-stream";
}

}  // namespace mactiond::sim
