# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

# What depends on the prefix, which is only known when it is installed: "cmake --install --prefix", or cpack.
# Run by cmake --install; packaging is the folder of this file, built a folder to write in.
set(DOCDIR ${CMAKE_INSTALL_PREFIX}/share/doc/bpfhost)
set(BINDIR ${CMAKE_INSTALL_PREFIX}/bin)
configure_file(${packaging}/bpfhost.service.in ${built}/bpfhost.service @ONLY)
file(INSTALL DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/systemd/system TYPE FILE
	FILES ${built}/bpfhost.service)

# Where the host looks for it, whose name does not depend on the prefix. One that is there is the
# administrator's. A prefix elsewhere is somebody's trial, and keeps everything to itself.
set(etc ${CMAKE_INSTALL_PREFIX}/etc)
if(CMAKE_INSTALL_PREFIX MATCHES "^/usr(/local)?/?$")
	set(etc /etc)
endif()
if(NOT EXISTS $ENV{DESTDIR}${etc}/bpfhost/bpfhost.conf)
	file(INSTALL DESTINATION ${etc}/bpfhost TYPE FILE FILES ${packaging}/bpfhost.conf)
endif()
