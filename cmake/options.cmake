# One interface target that every layer links: language, warnings, hardening and the
# definitions that no two files may disagree about.
add_library(mactiond_options INTERFACE)
target_compile_features(mactiond_options INTERFACE cxx_std_20)
target_include_directories(mactiond_options INTERFACE ${PROJECT_SOURCE_DIR}/lib)
target_compile_definitions(mactiond_options INTERFACE
  MACTIOND_VERSION="${PROJECT_VERSION}"
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  _GLIBCXX_ASSERTIONS)
target_compile_options(mactiond_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wcast-align -Wformat=2 -Wimplicit-fallthrough
  -Wdouble-promotion
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wduplicated-branches -Wlogical-op
  -Wsuggest-override -Wuseless-cast>
  $<$<BOOL:${MACTIOND_WERROR}>:-Werror>)
target_compile_options(mactiond_options INTERFACE
  $<$<CONFIG:Release,RelWithDebInfo>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
  -fstack-protector-strong -fcf-protection>)
target_link_options(mactiond_options INTERFACE
  $<$<CONFIG:Release,RelWithDebInfo>:-Wl,-z,relro,-z,now>)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported()

if(MACTIOND_SANITIZE)
  target_compile_options(mactiond_options INTERFACE
    -fsanitize=${MACTIOND_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(mactiond_options INTERFACE -fsanitize=${MACTIOND_SANITIZE})
endif()

find_program(MACTIOND_MOLD mold)
if(MACTIOND_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_link_options(mactiond_options INTERFACE -fuse-ld=mold)
endif()

# mactiond_layer(NAME FILES... LINKS...): one folder, one static library, only the allowed layers.
function(mactiond_layer name)
  cmake_parse_arguments(ARG "" "" "FILES;LINKS" ${ARGN})
  if(ARG_FILES)
    add_library(mactiond_${name} STATIC ${ARG_FILES})
    target_link_libraries(mactiond_${name} PUBLIC mactiond_options ${ARG_LINKS})
  else()
    add_library(mactiond_${name} INTERFACE)
    target_link_libraries(mactiond_${name} INTERFACE mactiond_options ${ARG_LINKS})
  endif()
endfunction()
