// Names that libc has for functions and types, as a program for Windows has them for its own.
#include <windows.h>
#include <winsock2.h>
#include <ws2tcpip.h>
#include <cmath>
#include <iostream>
#include <mutex>
#include <stdio.h>
#include <stdlib.h>
#include <string>
#include <string.h>
#include <thread>

typedef int ssize_t;
typedef DWORD ulong;
typedef unsigned __int64 uint;
int index, rindex, random, link, pipe = 1, sync, alarm, daemon;
void sleep(int) {}
void pause() {}
char *getline(int) { return 0; }

int use(SOCKET s) {
    std::string line;
    std::getline(std::cin, line);
    char *found = strchr(&line[0], 'a');
    u_long bytes = 0;
    ioctlsocket(s, FIONREAD, &bytes);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(s, &set);
    timeval limit = {1, 0};
    return select(0, &set, nullptr, nullptr, &limit) + index + (found != nullptr);
}
