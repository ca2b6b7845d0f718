# cmake --install: the program, the library with its headers, schemas, machines, flows, man page.
# The program finds its data relative to itself: <prefix>/bin/lparsim and <prefix>/share/lparsim.
include(CMakePackageConfigHelpers)

set(LPARSIM_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/lparsim)

install(TARGETS lparsim RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

set(lparsim_exported lparsim_libfdt lparsim_systemc)
foreach(library base firmware kernel userland generic_os hmc setting models config scenario report conform gateway explore)
  if(TARGET lparsim_${library})
    list(APPEND lparsim_exported lparsim_${library})
  endif()
endforeach()
install(TARGETS ${lparsim_exported} EXPORT lparsimTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT lparsimTargets NAMESPACE lparsim:: DESTINATION ${LPARSIM_CMAKE_DIR})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/lparsimConfig.cmake.in
  ${PROJECT_BINARY_DIR}/lparsimConfig.cmake INSTALL_DESTINATION ${LPARSIM_CMAKE_DIR})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/lparsimConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/lparsimConfig.cmake
  ${PROJECT_BINARY_DIR}/lparsimConfigVersion.cmake DESTINATION ${LPARSIM_CMAKE_DIR})

install(DIRECTORY sim firmware models hmc DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/lparsim
  FILES_MATCHING PATTERN "*.hpp" PATTERN "*.h")
install(DIRECTORY scenarios/schema scenarios/machines scenarios/profiles scenarios/kernels
  scenarios/flows
  DESTINATION ${CMAKE_INSTALL_DATADIR}/lparsim FILES_MATCHING PATTERN "*.json")
install(FILES docs/requirements.json DESTINATION ${CMAKE_INSTALL_DATADIR}/lparsim)
install(FILES packaging/lparsim.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
if(TARGET lparsim_bench)
  install(TARGETS lparsim_bench RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/lparsim OPTIONAL)
endif()
