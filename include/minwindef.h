/* The basic types of Windows. LONG and DWORD have 32 bits, as there. */
#ifndef _MINWINDEF_
#define _MINWINDEF_

#include <larboard/linkage.h>
#include <sdkddkver.h>
#include <winapifamily.h>
#include <sal.h>
#include <specstrings.h>
#include <basetsd.h>
#include <stddef.h>
#include <stdint.h>

#ifndef STRICT
#ifndef NO_STRICT
#define STRICT 1
#endif
#endif

#define FAR
#define NEAR
#define far
#define near
#define CONST const
#undef pascal
#define pascal
#undef cdecl
#define cdecl
#define _cdecl
#define CDECL
#define CALLBACK
#define WINAPI
#define WINAPIV
#define APIENTRY
#define APIPRIVATE
#define PASCAL
#define WINAPI_INLINE

#ifndef BASETYPES
#define BASETYPES
typedef unsigned int ULONG, *PULONG;
typedef unsigned short USHORT, *PUSHORT;
typedef unsigned char UCHAR, *PUCHAR;
typedef char *PSZ;
#endif

typedef int WINBOOL, *PWINBOOL, *LPWINBOOL;
typedef int BOOL, *PBOOL, *LPBOOL;
typedef unsigned char BYTE, *PBYTE, *LPBYTE;
typedef unsigned short WORD, *PWORD, *LPWORD;
typedef unsigned int DWORD, *PDWORD, *LPDWORD;
typedef float FLOAT, *PFLOAT;
typedef int INT, *PINT, *LPINT;
typedef unsigned int UINT, *PUINT;
typedef int *LPLONG;
typedef void *LPVOID;
typedef const void *LPCVOID;

#define FALSE 0
#define TRUE 1
#ifndef NULL
#ifdef __cplusplus
#define NULL 0
#else
#define NULL ((void *)0)
#endif
#endif
#define MAX_PATH 260

#ifndef IN
#define IN
#endif
#ifndef OUT
#define OUT
#endif
#ifndef OPTIONAL
#define OPTIONAL
#endif

#include <winnt.h>

typedef UINT_PTR WPARAM;
typedef LONG_PTR LPARAM, LRESULT;

typedef HANDLE *SPHANDLE, *LPHANDLE;
typedef HANDLE HGLOBAL, HLOCAL, GLOBALHANDLE, LOCALHANDLE;
typedef WORD ATOM;
typedef int HFILE;

DECLARE_HANDLE(HINSTANCE);
DECLARE_HANDLE(HKEY);
DECLARE_HANDLE(HKL);
DECLARE_HANDLE(HLSURF);
DECLARE_HANDLE(HMETAFILE);
DECLARE_HANDLE(HRGN);
DECLARE_HANDLE(HRSRC);
DECLARE_HANDLE(HSPRITE);
DECLARE_HANDLE(HSTR);
DECLARE_HANDLE(HTASK);
DECLARE_HANDLE(HWINSTA);
typedef HKEY *PHKEY;
typedef HINSTANCE HMODULE;

typedef INT_PTR(WINAPI *FARPROC)();
typedef INT_PTR(WINAPI *NEARPROC)();
typedef INT_PTR(WINAPI *PROC)();

typedef struct _FILETIME {
    DWORD dwLowDateTime;
    DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;
#define _FILETIME_

#define MAKEWORD(a, b) ((WORD)(((BYTE)((DWORD_PTR)(a) & 0xff)) | ((WORD)((BYTE)((DWORD_PTR)(b) & 0xff))) << 8))
#define MAKELONG(a, b) ((LONG)(((WORD)((DWORD_PTR)(a) & 0xffff)) | ((DWORD)((WORD)((DWORD_PTR)(b) & 0xffff))) << 16))
#define LOWORD(l) ((WORD)((DWORD_PTR)(l) & 0xffff))
#define HIWORD(l) ((WORD)(((DWORD_PTR)(l) >> 16) & 0xffff))
#define LOBYTE(w) ((BYTE)((DWORD_PTR)(w) & 0xff))
#define HIBYTE(w) ((BYTE)(((DWORD_PTR)(w) >> 8) & 0xff))

#include <larboard/minmax.h>

#endif
