#pragma once
#include <windows.h>

typedef struct PACKET {
    DWORD bytes;
    ULONG_PTR key;
} PACKET;

#ifdef __cplusplus
extern "C"
#endif
BOOL post(HANDLE port, const PACKET *packet);
