# One library per folder, one test binary per library.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

add_library(lparsim_warnings INTERFACE)
target_compile_options(lparsim_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
# g++ 12 at -O3 sees overlaps and overflows inside its own std::string and std::vector that are not
# there (GCC bug 105651 and its relatives); the asan preset looks for the real ones.
target_compile_options(lparsim_warnings INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-stringop-overflow -Wno-array-bounds>)

# lparsim_library(<folder> SOURCES a.cpp ... [PUBLIC lib ...] [PRIVATE lib ...])
# declares lparsim_<folder> and its alias lparsim::<folder>; headers are included from the top of
# the repository: #include "firmware/drc/drc_table.hpp".
function(lparsim_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(lparsim_${name} STATIC ${ARG_SOURCES})
  add_library(lparsim::${name} ALIAS lparsim_${name})
  set_target_properties(lparsim_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(lparsim_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/lparsim>)
  target_link_libraries(lparsim_${name}
    PUBLIC ${ARG_PUBLIC}
    PRIVATE $<BUILD_INTERFACE:lparsim_warnings> ${ARG_PRIVATE})
endfunction()

# lparsim_program_test(<label> <name> [<variable>=<value> ...])
# <name>_test.py of this folder drives the built program: test <label>.<name>. 77: skipped.
find_package(Python3 COMPONENTS Interpreter)
function(lparsim_program_test label name)
  add_test(NAME ${label}.${name} COMMAND ${Python3_EXECUTABLE} -B
    ${CMAKE_CURRENT_SOURCE_DIR}/${name}_test.py)
  set(environment LPARSIM_PROGRAM=$<TARGET_FILE:lparsim> LPARSIM_TOP=${PROJECT_SOURCE_DIR}
    PYTHONPATH=${PROJECT_SOURCE_DIR}/tests/scenario ${ARGN})
  set_tests_properties(${label}.${name} PROPERTIES LABELS ${label} SKIP_RETURN_CODE 77
    ENVIRONMENT "${environment}")
  if(NOT Python3_FOUND)
    set_tests_properties(${label}.${name} PROPERTIES DISABLED TRUE)
  endif()
endfunction()

# lparsim_test(<name> SOURCES a_test.cpp ... LIBS lib ... [SYSTEMC])
# SYSTEMC: libsystemc has its own main, so the test main comes from tests/support/sc_main.cpp.
function(lparsim_test name)
  cmake_parse_arguments(ARG "SYSTEMC" "" "SOURCES;LIBS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES} ${PROJECT_SOURCE_DIR}/tests/support/expect_rule.cpp)
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(test_${name} PRIVATE
    LPARSIM_SOURCE_DIR="${PROJECT_SOURCE_DIR}" LPARSIM_BINARY_DIR="${PROJECT_BINARY_DIR}")
  target_link_libraries(test_${name} PRIVATE lparsim_warnings ${ARG_LIBS} GTest::gmock GTest::gtest)
  if(ARG_SYSTEMC)
    target_sources(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/sc_main.cpp)
    target_link_libraries(test_${name} PRIVATE lparsim_systemc)
  else()
    target_link_libraries(test_${name} PRIVATE GTest::gtest_main)
  endif()
  # Names by index: the printed value of a struct holds addresses, which change with each run.
  gtest_discover_tests(test_${name} DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES
    TEST_PREFIX "${name}." PROPERTIES LABELS ${name} FIXTURES_REQUIRED rules
    ENVIRONMENT SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1
    ENVIRONMENT_MODIFICATION LPARSIM_RULES_DIR=set:${PROJECT_BINARY_DIR}/rules/${name})
endfunction()
