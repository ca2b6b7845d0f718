# Everything comes from Debian packages (packaging/debian-packages.txt); nothing is fetched.
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tl-expected REQUIRED)
if(NOT LPARSIM_KERNEL_ONLY)
  find_package(CLI11 REQUIRED)
  pkg_check_modules(SYSTEMC REQUIRED IMPORTED_TARGET systemc)
  pkg_check_modules(FUSE3 REQUIRED IMPORTED_TARGET fuse3)
endif()
find_library(LPARSIM_LIBFDT fdt REQUIRED)

add_library(lparsim_libfdt INTERFACE)
target_link_libraries(lparsim_libfdt INTERFACE ${LPARSIM_LIBFDT})

# Debian builds SystemC as C++17, and its link-time check refuses every other standard.
# The library itself works with C++20 (g++ 12), so the one target that carries it lifts the check.
if(NOT LPARSIM_KERNEL_ONLY)
  add_library(lparsim_systemc INTERFACE)
  target_link_libraries(lparsim_systemc INTERFACE PkgConfig::SYSTEMC)
  target_compile_definitions(lparsim_systemc INTERFACE SC_DISABLE_API_VERSION_CHECK)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
